"""Keypoints of people in the frames of a video, as detectors list them, made into tracks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from meshgait.errors import DataError
from meshgait.io.checked import numbers
from meshgait.io.link import link_people, take
from meshgait.io.track import Track, TrackId, point_track
from meshgait.modalities import JOINT_SETS

_REACH = 0.6  # of a person's height, from one frame to the next
_HALPE_ONLY = (
    "head", "neck", "mid_hip", "left_big_toe", "right_big_toe", "left_small_toe",
    "right_small_toe", "left_heel", "right_heel",
)  # fmt: skip
# Detectors' keypoints by their number.
NAMES_BY_COUNT = {
    17: JOINT_SETS["coco17"].names,
    18: JOINT_SETS["body18"].names,
    25: JOINT_SETS["openpose25"].names,
    26: (*JOINT_SETS["coco17"].names, *_HALPE_ONLY),
}


def keypoint_rows(flat: Any) -> np.ndarray:
    """`[x1, y1, c1, x2, ...]` as (K, 3)."""
    array = numbers("keypoints", flat).reshape(-1)
    if array.size % 3 or array.size // 3 not in NAMES_BY_COUNT:
        known = ", ".join(map(str, NAMES_BY_COUNT))
        raise DataError(f"a person has {array.size} numbers; x, y, c of {known} keypoints are read")
    return array.reshape(-1, 3)


def people_tracks(
    frames: Mapping[int, Sequence[np.ndarray]],
    ids: Mapping[int, Sequence[Any]],
    *,
    unit: Literal["px", "picture"] = "px",
) -> dict[TrackId, Track]:
    """Tracks of (K, 3) people by frame: by their ids where all have one, else by nearness."""
    frames = {frame: people for frame, people in frames.items() if len(people)}
    if not frames:
        raise DataError("nobody was found in any frame")
    counts = {len(person) for people in frames.values() for person in people}
    if len(counts) > 1:
        raise DataError(f"people have different numbers of keypoints: {sorted(counts)}")
    links: dict[Any, list[tuple[int, int]]] = {}
    if all(name is not None for frame in frames for name in ids[frame]):
        for frame in sorted(frames):
            for i, name in enumerate(ids[frame]):
                links.setdefault(name, []).append((frame, i))
    else:
        size = np.median([_height(person) for people in frames.values() for person in people])
        places = {f: np.stack([_middle(p) for p in people]) for f, people in frames.items()}
        links = dict(link_people(places, reach=float(_REACH * size)))
    names = NAMES_BY_COUNT[counts.pop()]
    found: dict[TrackId, Track] = {}
    for name, link in links.items():
        rows = np.stack(take(frames, link))
        found[name] = point_track(
            frames=[frame for frame, _ in link], points=rows[..., :2], confidence=rows[..., 2],
            names=names, unit=unit,
        )  # fmt: skip
    return found


def whole_number(name: str, value: Any) -> int:
    """`value` as an integer; `DataError` for anything else, a fraction say."""
    if isinstance(value, bool) or not isinstance(value, (int, str)) or len(str(value)) > 15:
        raise DataError(f"{name} is {str(value)[:40]!r}, expected a whole number")
    return int(value)


def _seen(person: np.ndarray) -> np.ndarray:
    return person[person[:, 2] > 0, :2] if (person[:, 2] > 0).any() else person[:, :2]


def _middle(person: np.ndarray) -> np.ndarray:
    return np.median(_seen(person), axis=0)


def _height(person: np.ndarray) -> float:
    return float(np.ptp(_seen(person), axis=0).max())
