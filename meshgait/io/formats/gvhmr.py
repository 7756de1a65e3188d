"""GVHMR (Shen et al., SIGGRAPH Asia 2024): a .pt with `smpl_params_global` and `_incam`.

The parameters are SMPL-X's: 21 joints of the body, read as SMPL's with hands that rest, and a shape
of its own, see `settle_shape`. The world is y up and the video has 30 frames a second. The keys
follow the tool's source.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from meshgait.body.kinds import SMPLX
from meshgait.io.checked import numbers
from meshgait.io.recording import Format, has_keys
from meshgait.io.track import Axes, Track, TrackId, later_body_track

_PARTS = ("global_orient", "body_pose")


def _claims(content: Any) -> bool:
    keys = ("smpl_params_global", "smpl_params_incam")
    return isinstance(content, dict) and any(has_keys(content.get(key), *_PARTS) for key in keys)


def _tracks(content: Any) -> dict[TrackId, Track]:
    in_world = "smpl_params_global" in content
    person = content["smpl_params_global" if in_world else "smpl_params_incam"]
    axes: Axes = "y up" if in_world else "camera"
    parts = [numbers(key, person[key]).reshape(len(person[key]), -1) for key in _PARTS]
    track = later_body_track(
        SMPLX, frames=None, pose=np.concatenate(parts, axis=1), betas=person.get("betas"),
        transl=person.get("transl"), axes=axes, fps=30,
    )  # fmt: skip
    return {0: track}


GVHMR = Format("gvhmr", "GVHMR", verified=True, claims=_claims, tracks=_tracks)
