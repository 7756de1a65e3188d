"""OpenPose (Cao et al., TPAMI 2021): a folder of JSON, one file a frame, or a single one.

`people[].pose_keypoints_2d` has x, y and confidence of 25 or 18 keypoints, all 0 where nothing was
found. The frame is the last number before `_keypoints` in the file's name. People have an id only
with tracking; else they are followed by nearness. The keys follow the tool's documentation.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from meshgait.errors import DataError
from meshgait.io.content import Folder, read_content
from meshgait.io.keypoints import keypoint_rows, people_tracks
from meshgait.io.recording import Format, has_keys
from meshgait.io.track import Track, TrackId


def _claims(content: Any) -> bool:
    if isinstance(content, Folder):
        files = content.files.get(".json", ())
        return bool(files) and _claims(read_content(files[0]))
    return has_keys(content, "people") and isinstance(content["people"], list)


def _tracks(content: Any) -> dict[TrackId, Track]:
    pages = {0: content} if isinstance(content, dict) else _pages(content)
    frames, ids = {}, {}
    for frame, page in pages.items():
        people = [person for person in page["people"] if person.get("pose_keypoints_2d")]
        frames[frame] = [keypoint_rows(person["pose_keypoints_2d"]) for person in people]
        ids[frame] = [_person_id(person) for person in people]
    return people_tracks(frames, ids)


def _pages(folder: Folder) -> dict[int, dict]:
    pages: dict[int, dict] = {}
    for place, file in enumerate(folder.files[".json"]):
        page, frame = read_content(file), _frame_of(file, place)
        if not has_keys(page, "people"):
            raise DataError(f"{file.name} has no people; it is not of OpenPose")
        if frame in pages:
            raise DataError(f"two files are of frame {frame}, the second {file.name}")
        pages[frame] = page
    return pages


def _frame_of(file: Path, otherwise: int) -> int:
    found = re.findall(r"\d+", file.stem.removesuffix("_keypoints"))
    return int(found[-1]) if found and len(found[-1]) < 16 else otherwise


def _person_id(person: dict) -> int | None:
    found = person.get("person_id", [-1])
    name = int(found[0] if isinstance(found, list) else found)
    return None if name < 0 else name


OPENPOSE = Format("openpose", "OpenPose", verified=True, claims=_claims, tracks=_tracks)
