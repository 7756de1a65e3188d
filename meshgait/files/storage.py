"""Where meshgait keeps files of its own; arrays read safely, files written whole or not at all."""

import fcntl
import glob
import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from meshgait.errors import DataError
from meshgait.files.npy import BROKEN, read_archive
from meshgait.files.regular import opened, require_file


def cache_dir() -> Path:
    """`$MESHGAIT_CACHE`, else `$XDG_CACHE_HOME/meshgait`, else `~/.cache/meshgait`."""
    chosen = os.environ.get("MESHGAIT_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "meshgait"


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
    except BROKEN as error:
        raise DataError(f"{path} cannot be read as .npz: {error}") from error


def write_npz(path: str | Path, **arrays: Any) -> None:
    """Write a compressed .npz that `read_npz` reads, whole or not at all."""
    with written_whole(path) as part, part.open("wb") as file:
        np.savez_compressed(file, **arrays)


@contextmanager
def written_whole(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path` to write to; it becomes `path` only on success.

    Folders are made. A process killed at any moment leaves the old file or the new one.
    """
    path = Path(path)
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
def locked(folder: str | Path) -> Iterator[None]:
    """Wait until no other process holds this folder, and hold it; a killed process lets go."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
