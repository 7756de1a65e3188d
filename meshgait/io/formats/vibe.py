"""VIBE and PARE (Kocabas et al., CVPR 2020, ICCV 2021): joblib, by person.

`pred_cam` is the camera (s, tx, ty) of the crop around the person, HMR's `s * (X + t)`. PARE may
give rotation matrices. VIBE's keys follow its documentation, PARE's are recalled.
"""

from __future__ import annotations

from typing import Any

import torch

from meshgait.errors import DataError
from meshgait.io.checked import numbers, sort_frames
from meshgait.io.recording import Format, first_value, has_keys
from meshgait.io.seen import Seen, seen_by_vibe
from meshgait.io.track import BodyTrack, Track, TrackId, body_track, track_id


def _claims(content: Any) -> bool:
    return has_keys(first_value(content), "pred_cam", "pose", "betas")


def _tracks(content: Any) -> dict[TrackId, Track]:
    return {track_id(name): _track(person) for name, person in content.items()}


def _track(person: dict) -> BodyTrack:
    return body_track(
        frames=person.get("frame_ids"),
        pose=person["pose"],
        betas=person["betas"],
        cam=person["pred_cam"],
        convention="hmr",
        axes="camera",
    )


def _seen(content: Any) -> dict[TrackId, Seen]:
    """By `orig_cam`, whose rows stand in the order of the file."""
    found: dict[TrackId, Seen] = {}
    for name, person in content.items():
        track = _track(person)
        cam = numbers("orig_cam", person["orig_cam"])
        if cam.shape != (len(track), 4):
            raise DataError(f"orig_cam is {cam.shape} for {len(track)} frames, expected (T, 4)")
        order, _ = sort_frames(person.get("frame_ids"), len(track))
        found[track_id(name)] = seen_by_vibe(track, torch.from_numpy(cam[order]))
    return found


VIBE = Format("vibe", "VIBE or PARE", verified=True, claims=_claims, tracks=_tracks, seen=_seen)
