"""AlphaPose (Fang et al., TPAMI 2022): one JSON with a list of people, `image_id` a file's name.

17 keypoints of COCO or 26 of Halpe, x, y and confidence; with tracking, `idx` is the person. Its
`--format open` is OpenPose's. The keys follow the tool's documentation, `idx` its source.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from meshgait.io.formats.romp import frame_of
from meshgait.io.keypoints import keypoint_rows, people_tracks, whole_number
from meshgait.io.recording import Format, has_keys
from meshgait.io.track import Track, TrackId


def _claims(content: Any) -> bool:
    first = content[0] if isinstance(content, list) and content else {}
    return has_keys(first, "image_id", "keypoints") and isinstance(first["image_id"], str)


def _tracks(content: Any) -> dict[TrackId, Track]:
    places: dict[str, int] = {}
    frames: dict[int, list] = {}
    ids: dict[int, list] = {}
    for row in content:
        image = str(row["image_id"])
        frame = frame_of(Path(image), places.setdefault(image, len(places)))
        frames.setdefault(frame, []).append(keypoint_rows(row["keypoints"]))
        name = row.get("idx")
        name = name[0] if isinstance(name, list) and len(name) == 1 else name
        ids.setdefault(frame, []).append(None if name is None else whole_number("idx", name))
    return people_tracks(frames, ids)


ALPHAPOSE = Format("alphapose", "AlphaPose", verified=True, claims=_claims, tracks=_tracks)
