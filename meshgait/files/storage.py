"""Where meshgait keeps files of its own; arrays read safely, files written whole or not at all."""

import errno
import fcntl
import glob
import os
import pickle
import re
import tempfile
import warnings
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

import numpy as np
import torch

from meshgait.errors import ConfigError, DataError, StorageError, UnsafeFileError

# All that numpy and zipfile were seen to raise for a damaged archive.
_BROKEN = (
    ValueError, TypeError, KeyError, AttributeError, OSError, EOFError, RuntimeError,
    NotImplementedError, BadZipFile, zlib.error,
)  # fmt: skip


# All that torch was seen to raise for content that contradicts itself.
BROKEN_TORCH = (
    RuntimeError, EOFError, OSError, ValueError, KeyError, TypeError, IndexError, AttributeError,
    BadZipFile,
)  # fmt: skip

_ELSEWHERE = "write into another folder (that of caches is named by MESHGAIT_CACHE)"
_FULL = f"free some space, or {_ELSEWHERE}"
# Why a file cannot be written, and what to do about it.
_WAYS_OUT = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: "raise the limit of a file's size (ulimit -f)",
    errno.EROFS: _ELSEWHERE,
    errno.EACCES: _ELSEWHERE,
    errno.EPERM: _ELSEWHERE,
    errno.EIO: f"see after the disk, or {_ELSEWHERE}",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOTDIR: "choose a path that does not lead through a file",
    errno.EEXIST: "choose a path that does not lead through a file",
    errno.EISDIR: "choose a name that is not that of a folder",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "raise the limit of open files (ulimit -n)",
}
_HELD: set[int] = set()  # folders locked by this process


def cache_dir() -> Path:
    """`$MESHGAIT_CACHE`, else `$XDG_CACHE_HOME/meshgait`, else `~/.cache/meshgait`.

    Raises `ConfigError` where no home folder is known.
    """
    chosen = os.environ.get("MESHGAIT_CACHE")
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        if chosen:
            return Path(chosen).expanduser()
        return (Path(base) if base else Path.home() / ".cache") / "meshgait"
    except RuntimeError as error:
        raise ConfigError(
            "no home folder is known here, and caches lie in it; set MESHGAIT_CACHE to a folder"
        ) from error


def read_npz(path: str | Path, *, only: Collection[str] | None = None) -> dict[str, np.ndarray]:
    """All arrays of an .npz file; arrays of objects, which would be pickles, are refused.

    Those not in `only` are not read.

    Raises `DataError` for a file that is damaged or no .npz, `FileNotFoundError` for none.
    """
    path = Path(path)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            names = archive.files if only is None else [n for n in archive.files if n in only]
            return {name: archive[name] for name in names}
    except FileNotFoundError:
        raise
    except MemoryError as error:
        raise DataError(f"{path} asks for more memory than there is; it is damaged") from error
    except _BROKEN as error:
        raise DataError(f"{path} cannot be read as .npz: {error}") from error


def read_torch(path: str | Path, *, old: bool = False) -> Any:
    """What `torch.save` wrote, on the CPU: tensors, plain values and containers of them.

    Every checksum is verified; `old` admits files from before torch 1.6, which have none.

    Raises `FileNotFoundError`, `DataError` for a damaged file or one of another kind, and
    `UnsafeFileError` for one that holds anything else; nothing in it is run.
    """
    path = Path(path)
    try:
        if not old or is_zipfile(path):
            _require_checksums(path)
        return torch.load(path, map_location="cpu", weights_only=True)
    except (FileNotFoundError, DataError):
        raise
    except pickle.UnpicklingError as error:
        name = re.search(r"GLOBAL (\S+)", str(error))
        found = f"names {name[1]}" if name else "is a program"
        raise UnsafeFileError(
            f"{path} {found}, which is neither a tensor nor a plain value; nothing in it was run"
        ) from error
    except BROKEN_TORCH as error:
        raise DataError(f"{path} is not a whole checkpoint: {_first_line(error)}") from error


def _require_checksums(path: Path) -> None:
    """Torch itself takes changed numbers for weights."""
    with ZipFile(path) as archive:
        damaged = archive.testzip()
    if damaged is not None:
        raise DataError(f"{path} is damaged: the checksum of {damaged} is wrong")


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def write_npz(path: str | Path, **arrays: Any) -> None:
    """Write a compressed .npz that `read_npz` reads, whole or not at all."""
    with written_whole(path) as part, part.open("wb") as file:
        np.savez_compressed(file, **arrays)


@contextmanager
def written_whole(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path` to write to; it becomes `path` only on success.

    Folders are made. A process killed at any moment leaves the old file or the new one. Raises
    `StorageError` where there is no space, no permission or another limit.
    """
    path = Path(path)
    with storage_explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        os.close(handle)
        part = Path(name)
        try:
            yield part
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            _give_ordinary_permissions(part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def storage_explained(path: Path) -> Iterator[None]:
    """What the system has against writing `path`, as a `StorageError` that says what to do."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        # A failed `torch.save` into a file raises what its archive lacks, on top of the reason.
        cause = error.__context__ if isinstance(error, RuntimeError) else error
        if isinstance(error, StorageError) or not isinstance(cause, OSError):
            raise
        way_out = _WAYS_OUT.get(cause.errno or 0)
        if way_out is None or not _is_about(cause, path):
            raise
        raise StorageError(f"{path} cannot be written: {cause.strerror}; {way_out}") from error


def _is_about(error: OSError, path: Path) -> bool:
    """Whether the file of an error, if it names one, is `path`, one beside it or one above."""
    named = error.filename
    if named is None or isinstance(named, int):
        return True
    return Path(os.fsdecode(named)) in {path, *path.parents} or (
        Path(os.fsdecode(named)).parent == path.parent
    )


def clear_parts(path: str | Path) -> None:
    """Remove what processes that were killed while they wrote `path` left of it."""
    path = Path(path)
    for part in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        part.unlink(missing_ok=True)


def _give_ordinary_permissions(path: Path) -> None:
    """`mkstemp` makes files that nobody else may read; a result should be readable as usual."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)


@contextmanager
def locked(folder: str | Path, *, wait: bool = False) -> Iterator[None]:
    """Make this folder and hold it against other processes; a killed one lets go.

    Raises `ConfigError` where another one holds it; with `wait` this one warns and waits instead.
    """
    folder = Path(folder)
    with storage_explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    _HELD.add(handle)
    try:
        _hold(folder, handle, wait)
        yield
    finally:
        _HELD.discard(handle)
        fcntl.flock(handle, fcntl.LOCK_UN)  # also of those just forked
        os.close(handle)


def _hold(folder: Path, handle: int, wait: bool) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        if not wait:
            raise ConfigError(
                f"another process is writing into {folder}; wait until it has ended, or write into "
                "another folder"
            ) from error
        warnings.warn(f"waiting for another process that writes into {folder}", stacklevel=4)
        fcntl.flock(handle, fcntl.LOCK_EX)


def _let_go() -> None:
    """In a process that was forked: it would hold the folders longer than the one that works."""
    while _HELD:
        os.close(_HELD.pop())


os.register_at_fork(after_in_child=_let_go)
