"""COCO keypoints (Lin et al., ECCV 2014): a list of results, or annotations with their images.

Each has `image_id` and x, y and visibility of 17 keypoints. The frame is the image's number; a
`track_id`, which PoseTrack adds, names the person. The keys follow the format's documentation.
"""

from __future__ import annotations

from typing import Any

from meshgait.io.keypoints import keypoint_rows, people_tracks, whole_number
from meshgait.io.recording import Format, has_keys
from meshgait.io.track import Track, TrackId


def _claims(content: Any) -> bool:
    if has_keys(content, "images", "annotations"):
        content = content["annotations"]
    first = content[0] if isinstance(content, list) and content else {}
    return has_keys(first, "image_id", "keypoints") and isinstance(first["image_id"], int)


def _tracks(content: Any) -> dict[TrackId, Track]:
    rows = content["annotations"] if isinstance(content, dict) else content
    frames: dict[int, list] = {}
    ids: dict[int, list] = {}
    for row in rows:
        frame = whole_number("image_id", row["image_id"])
        frames.setdefault(frame, []).append(keypoint_rows(row["keypoints"]))
        name = row.get("track_id")
        ids.setdefault(frame, []).append(None if name is None else whole_number("track_id", name))
    return people_tracks(frames, ids)


COCO = Format("coco", "COCO keypoints", verified=True, claims=_claims, tracks=_tracks)
