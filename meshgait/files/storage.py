"""Where meshgait keeps files of its own; arrays read safely, files written whole or not at all."""

import errno
import glob
import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from meshgait.errors import ConfigError, DataError, StorageError, reason
from meshgait.files.npy import BROKEN, read_archive
from meshgait.files.regular import opened, require_file
from meshgait.files.signature import LONGEST, broken_archive

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
    errno.ENOENT: _ELSEWHERE,  # below /proc no folder can be made
    errno.ELOOP: "choose a path that does not lead in a circle",
    errno.ENOTDIR: "choose a path that does not lead through a file",
    errno.EEXIST: "choose a path that does not lead through a file",
    errno.EISDIR: "choose a name that is not that of a folder",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "raise the limit of open files (ulimit -n)",
}


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


def read_npz(
    path: str | Path, *, only: Collection[str] | None = None, objects: bool = False
) -> dict[str, Any]:
    """All arrays of an .npz file in this machine's order of bytes, those in `only` if it is given.

    Arrays of objects, which are pickles, are refused unless `objects` is set; then
    `restricted_pickle` reads them. Raises `DataError` for a file that is damaged, no .npz, or
    asks for too much, `FileNotFoundError` for none.
    """
    size = require_file(path).st_size
    try:
        with opened(path) as file:
            return read_archive(file, size, only=only, objects=objects)
    except FileNotFoundError:
        raise
    except MemoryError as error:
        raise DataError(f"{path} asks for more memory than there is; it is damaged") from error
    except DataError as error:
        raise type(error)(f"{path} cannot be read as .npz: {error}") from error
    except BadZipFile as error:
        with opened(path) as file:
            what = broken_archive(file.read(LONGEST))
        raise DataError(f"{path} cannot be read as .npz: it is {what} ({reason(error)})") from error
    except BROKEN as error:
        raise DataError(f"{path} cannot be read as .npz: {reason(error)}") from error


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
        raise StorageError(
            f"{path} cannot be written: {cause.strerror}; {way_out}", code="writing"
        ) from error


def _is_about(error: OSError, path: Path) -> bool:
    """Whether the file of an error, if it names one, is `path`, one beside it or one above."""
    named = error.filename
    if named is None or isinstance(named, int):
        return True
    place, path = Path(os.fsdecode(named)).absolute(), path.absolute()
    return place in {path, *path.parents} or place.parent == path.parent


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
