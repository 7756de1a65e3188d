"""People that a tool saw frame by frame, whatever its results were saved in, made into tracks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from meshgait.errors import DataError
from meshgait.io.content import Folder, read_content
from meshgait.io.link import link_people, take
from meshgait.io.track import TrackId

Person = Mapping[str, Any]
_REACH_M = 0.5  # from one frame to the next
_ENDINGS = (".npz", ".pkl", ".json", ".npy", ".pt")


def shows_people(content: Any, is_person: Callable[[Any], bool]) -> bool:
    """Whether the first that is found in lists, dictionaries or files of `content` is somebody."""
    for _ in range(4):
        if isinstance(content, Folder):
            files = _files(content)
            content = read_content(files[0]) if files else None
        content = _plain(content)
        if is_person(content):
            return True
        if isinstance(content, dict):
            content = content.get("humans", next(iter(content.values()), None))
        elif isinstance(content, list) and content:
            content = next((entry for entry in content if entry is not None), None)
    return False


def people_by_frame(content: Any, is_person: Callable[[Any], bool]) -> dict[int, list[Person]]:
    """Everybody in each frame: of a folder's files, of a list of lists, or of one image.

    Files and keys that hold several numbers are told apart by those that vary: the one with most
    values is the frame. Raises `DataError` where there is nobody.
    """
    if isinstance(content, Folder):
        files = _files(content)
        entries = [read_content(file) for file in files]
        frames = frame_numbers([file.stem for file in files])
    else:
        content = _plain(content)
        if not isinstance(content, (dict, list)) or _people(content, is_person):
            entries, frames = [content], [0]
        elif isinstance(content, dict):
            entries = list(content.values())
            frames = frame_numbers([str(key) for key in content])
        else:
            entries, frames = content, list(range(len(content)))
    found: dict[int, list[Person]] = {}
    for frame, entry in zip(frames, entries, strict=True):
        people = _people(_plain(entry), is_person)
        if people:
            found.setdefault(frame, []).extend(people)
    if not found:
        raise DataError("nobody was found in any frame")
    return found


def frame_numbers(names: Sequence[str]) -> list[int]:
    """The frame of each name: of the numbers in them that which has most values.

    >>> frame_numbers(["walk2_0007_0", "walk2_0007_1", "walk2_0008_0", "walk2_0009_0"])
    [7, 7, 8, 9]
    """
    rows = [[int(word) for word in re.findall(r"\d{1,15}", name)] for name in names]
    if not rows or len({len(row) for row in rows}) != 1 or not rows[0]:
        return list(range(len(names)))
    columns = list(zip(*rows, strict=True))
    return list(max(columns, key=lambda column: len(set(column))))


def linked(
    frames: Mapping[int, Sequence[Person]], place: Callable[[Person], np.ndarray]
) -> dict[TrackId, tuple[list[int], list[Person]]]:
    """Frames and people of each track, by how little they move; `place` is in metres."""
    places = {frame: np.stack([place(p) for p in people]) for frame, people in frames.items()}
    links = link_people(places, reach=_REACH_M)
    return {name: ([frame for frame, _ in link], take(frames, link)) for name, link in
            links.items()}  # fmt: skip


def _people(entry: Any, is_person: Callable[[Any], bool]) -> list[Person]:
    """Who is in one frame."""
    if is_person(entry):
        return [entry]
    if isinstance(entry, dict) and "humans" in entry:
        entry = _plain(entry["humans"])
    if not isinstance(entry, list):
        return []
    return [person for person in map(_plain, entry) if is_person(person)]


def _plain(value: Any) -> Any:
    """Lists for arrays of objects and tuples."""
    if isinstance(value, np.ndarray) and value.dtype == object:
        value = value.tolist()
    return list(value) if isinstance(value, tuple) else value


def _files(folder: Folder) -> tuple[Any, ...]:
    """Those of the first ending that results are saved in."""
    return next((folder.files[end] for end in _ENDINGS if folder.files.get(end)), ())
