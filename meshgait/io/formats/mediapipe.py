"""MediaPipe's pose landmarks (Bazarevsky et al., 2020), written as JSON by whoever ran it.

There is no official file. Read are a list of frames, or `frames` of a dictionary: each frame the
33 landmarks themselves or a dictionary that has them as `pose_world_landmarks` (metres from the
middle of the hips), `pose_landmarks` (shares of the picture) or `landmarks`, with an optional
`frame`. A landmark is {x, y, z, visibility}. Names of keys in camel case are taken, too.
"""

from __future__ import annotations

from typing import Any

from meshgait.errors import DataError
from meshgait.io.keypoints import whole_number
from meshgait.io.recording import Format
from meshgait.io.track import Track, TrackId, point_track

_SIDES = tuple((f"left_{name}", f"right_{name}") for name in (
    "shoulder", "elbow", "wrist", "pinky", "index", "thumb", "hip", "knee", "ankle", "heel",
    "big_toe",
))  # fmt: skip
NAMES = (
    "nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye",
    "right_eye_outer", "left_ear", "right_ear", "left_mouth", "right_mouth",
    *(name for pair in _SIDES for name in pair),
)  # fmt: skip
_WORLD = ("pose_world_landmarks", "poseWorldLandmarks", "world_landmarks", "worldLandmarks")
_PICTURE = ("pose_landmarks", "poseLandmarks", "landmarks")


def _claims(content: Any) -> bool:
    rows = _rows(content)
    return bool(rows) and any(_landmarks(row)[0] for row in rows)


def _rows(content: Any) -> list:
    rows = content.get("frames") if isinstance(content, dict) else content
    return rows if isinstance(rows, list) else []


def _landmarks(row: Any) -> tuple[list, bool]:
    """The 33 landmarks of a frame, none if nobody was found; whether they are in metres."""
    for keys, in_metres in ((_WORLD, True), (_PICTURE, False)):
        found = row if isinstance(row, list) and not in_metres else None
        if isinstance(row, dict):
            found = next((row[key] for key in keys if row.get(key)), None)
        if isinstance(found, dict):  # the protobuf as JSON
            found = found.get("landmark")
        if isinstance(found, list) and found and isinstance(found[0], list):
            found = found[0]  # the first of several people
        if not isinstance(found, list) or len(found) != len(NAMES):
            continue
        if all(isinstance(p, dict) and "x" in p and "y" in p for p in found):
            return found, in_metres
    return [], False


def _tracks(content: Any) -> dict[TrackId, Track]:
    frames, points, seen, units = [], [], [], set()
    for place, row in enumerate(_rows(content)):
        found, in_metres = _landmarks(row)
        if not found:
            continue
        frame = row.get("frame", place) if isinstance(row, dict) else place
        frames.append(whole_number("frame", frame))
        axes = ("x", "y", "z") if in_metres else ("x", "y")
        points.append([[point[axis] for axis in axes] for point in found])
        seen.append([point.get("visibility", 1.0) for point in found])
        units.add(in_metres)
    if len(units) != 1:
        raise DataError("some frames have world landmarks and some have none")
    track = point_track(
        frames=frames, points=points, confidence=seen, names=NAMES,
        unit="m" if units.pop() else "picture",
    )  # fmt: skip
    return {0: track}


MEDIAPIPE = Format("mediapipe", "MediaPipe", verified=False, claims=_claims, tracks=_tracks)
