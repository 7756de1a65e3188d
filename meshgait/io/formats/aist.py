"""AIST++ (Li et al., ICCV 2021): a pickle of one dance, y up, 60 frames a second.

`smpl_trans` is in units of which `smpl_scaling` make a metre. The keys follow the data set's own
reader. Its shape is the mean.
"""

from __future__ import annotations

from typing import Any

from meshgait.errors import DataError
from meshgait.io.checked import numbers
from meshgait.io.recording import Format, has_keys
from meshgait.io.track import Track, TrackId, body_track


def _claims(content: Any) -> bool:
    return has_keys(content, "smpl_poses", "smpl_trans", "smpl_scaling")


def _tracks(content: Any) -> dict[TrackId, Track]:
    scale = numbers("smpl_scaling", content["smpl_scaling"]).reshape(-1)
    if scale.size != 1 or not scale[0] > 0:
        raise DataError(f"smpl_scaling is {scale}, expected one number above 0")
    transl = numbers("smpl_trans", content["smpl_trans"]) / scale[0]
    track = body_track(frames=None, pose=content["smpl_poses"], transl=transl, axes="y up", fps=60)
    return {0: track}


AIST = Format("aist", "AIST++", verified=True, claims=_claims, tracks=_tracks)
