"""WHAM (Shin et al., CVPR 2024): joblib, by person; the walk in the world, y up.

The keys follow the tool's source: `pose_world`, `trans_world`, `betas` and `frame_ids`, beside
`pose` and `trans` in the camera's axes, which are taken where there is no world.
"""

from __future__ import annotations

from typing import Any

from meshgait.io.recording import Format, first_value, has_keys
from meshgait.io.seen import Seen, diagonal, seen_from_the_middle
from meshgait.io.track import Axes, BodyTrack, Track, TrackId, body_track


def _claims(content: Any) -> bool:
    person = first_value(content)
    return has_keys(person, "pose", "trans", "betas", "frame_ids") and "pred_cam" not in person


def _tracks(content: Any) -> dict[TrackId, Track]:
    return {int(name): _track(person) for name, person in content.items()}


def _seen(content: Any) -> dict[TrackId, Seen]:
    return {
        int(name): seen_from_the_middle(_body(person, "", "camera"), diagonal)
        for name, person in content.items()
    }


def _track(person: dict) -> Track:
    in_world = has_keys(person, "pose_world", "trans_world")
    return _body(person, "_world", "y up") if in_world else _body(person, "", "camera")


def _body(person: dict, end: str, axes: Axes) -> BodyTrack:
    return body_track(
        frames=person["frame_ids"],
        pose=person[f"pose{end}"],
        betas=person["betas"],
        transl=person[f"trans{end}"],
        axes=axes,
    )


WHAM = Format("wham", "WHAM", verified=True, claims=_claims, tracks=_tracks, seen=_seen)
