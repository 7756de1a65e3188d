"""A folder is written by one process at a time."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from meshgait.errors import ConfigError
from meshgait.files.storage import storage_explained

try:
    import fcntl
except ImportError:  # on Windows, where no folder can be locked, but a file in it
    fcntl = None  # type: ignore[assignment]

_TRACE = ".lock"  # that file, which stays
_HELD: set[int] = set()  # folders locked by this process


@contextmanager
def locked(folder: str | Path, *, wait: bool = False) -> Iterator[None]:
    """Make this folder and hold it against other processes; a killed one lets go.

    Raises `ConfigError` where another one holds it; with `wait` this one warns and waits instead.
    """
    folder = Path(folder)
    with storage_explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = _FileLock(folder) if fcntl is None else _FolderLock(folder)
    try:
        if not lock.taken():
            if not wait:
                raise ConfigError(
                    f"another process is writing into {folder}; wait until it has ended, or write "
                    "into another folder",
                    code="folder-held",
                )
            warnings.warn(f"waiting for another process that writes into {folder}", stacklevel=3)
            lock.taken(wait=True)
        yield
    finally:
        lock.end()


def remove_if_empty(folder: Path) -> None:
    """Remove a folder in which nothing is left but the trace of a lock; else leave it."""
    if all(path.name == _TRACE for path in folder.iterdir()):
        (folder / _TRACE).unlink(missing_ok=True)
        folder.rmdir()


class _FolderLock:
    """Leaves no file, and needs no permission to write one."""

    def __init__(self, folder: Path) -> None:
        self.handle = os.open(folder, os.O_RDONLY)
        _HELD.add(self.handle)

    def taken(self, *, wait: bool = False) -> bool:
        try:
            fcntl.flock(self.handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True

    def end(self) -> None:
        _HELD.discard(self.handle)
        fcntl.flock(self.handle, fcntl.LOCK_UN)  # also of those just forked
        os.close(self.handle)


class _FileLock:
    def __init__(self, folder: Path) -> None:
        self.lock = FileLock(folder / _TRACE)

    def taken(self, *, wait: bool = False) -> bool:
        try:
            self.lock.acquire(timeout=-1 if wait else 0)
        except Timeout:
            return False
        return True

    def end(self) -> None:
        self.lock.release()


def _let_go() -> None:
    """In a process that was forked: it would hold the folders longer than the one that works."""
    while _HELD:
        os.close(_HELD.pop())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)
