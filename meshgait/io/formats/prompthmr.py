"""PromptHMR (Wang et al., CVPR 2025): joblib of a video, `results.pkl`, by person.

The parameters are SMPL-X's, 55 joints and a shape of its own, see `settle_shape`: `smplx_world`,
y up, beside `smplx_cam` in the camera's axes, which is taken where there is no world. The keys
follow the tool's source.
"""

from __future__ import annotations

from typing import Any

from meshgait.body.kinds import SMPLX
from meshgait.io.recording import Format, first_value, has_keys
from meshgait.io.track import Axes, Track, TrackId, later_body_track, track_id


def _claims(content: Any) -> bool:
    person = first_value(content.get("people")) if isinstance(content, dict) else None
    return any(has_keys(person, "frames", name) for name in ("smplx_world", "smplx_cam"))


def _tracks(content: Any) -> dict[TrackId, Track]:
    people = content["people"]
    return {track_id(name): _track(people[name]) for name in people}


def _track(person: dict) -> Track:
    in_world = "smplx_world" in person
    body = person["smplx_world" if in_world else "smplx_cam"]
    axes: Axes = "y up" if in_world else "camera"
    return later_body_track(
        SMPLX, frames=person["frames"], pose=body["pose"] if "pose" in body else body["rotmat"],
        betas=body["shape"], transl=body["trans"], axes=axes,
    )  # fmt: skip


PROMPTHMR = Format("prompthmr", "PromptHMR", verified=True, claims=_claims, tracks=_tracks)
