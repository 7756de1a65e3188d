"""Whether the files that clips are read from are those of before, told without reading them.

Names, sizes and times of change name a content, as for make and rsync, on every machine that has
the tree. Who replaces a file and sets its size and time as they were leaves a trace on his machine
alone: the system's own time of the last change to it, which nobody sets.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from meshgait.data.layouts import ClipFiles


def listing(clips: Sequence[ClipFiles], root: Path) -> Iterator[str]:
    """Lines that change when what the clips are read from changes."""
    for clip in clips:
        yield f"{clip.record.name}\n"
        for path in clip.paths:
            yield f"{_relative(path, root)}\n"
            try:
                for file in _files(path):
                    yield f"{os.fspath(file)[len(str(path)) :]} {_about(file)}\n"
            except OSError as error:
                yield f"{error.strerror}\n"


def changed_since(clips: Sequence[ClipFiles], made: Sequence[Path]) -> bool:
    """Whether a file of the clips was changed, whatever it says, since the oldest of `made` was.

    >>> changed_since([], [Path("nothing.json")])
    False
    """
    known = [moment for path in made if (moment := _changed(path)) is not None]
    return bool(known) and any(
        (moment := _changed(file)) is not None and moment > min(known)
        for clip in clips
        for path in clip.paths
        for file in _files(path)
    )


def _files(path: Path) -> list[os.DirEntry[str]] | list[Path]:
    return sorted(os.scandir(path), key=_name) if path.is_dir() else [path]


def _changed(file: os.DirEntry[str] | Path) -> int | None:
    try:
        return os.stat(file).st_ctime_ns
    except OSError:
        return None


def _about(file: os.DirEntry[str] | Path) -> str:
    """Size and time of change of a file, or why they cannot be told, as of a broken link."""
    try:
        about = os.stat(file)
    except OSError as error:
        return str(error.strerror)
    return f"{about.st_size} {about.st_mtime_ns}"


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
