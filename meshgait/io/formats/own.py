"""Our own files: a motion of `save_motion` or of a fit, and a clip of `save_clip` with `smpl`."""

from __future__ import annotations

from typing import Any

import numpy as np

from meshgait.errors import DataError
from meshgait.io.formats.gait3d import vector_track
from meshgait.io.recording import Format, has_keys
from meshgait.io.track import Track, TrackId, body_track
from meshgait.sequence.kind import describe_kind, kind_of
from meshgait.sequence.motion import motion_of


def _claims(content: Any) -> bool:
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        return False
    arrays = [key for key, value in content.items() if isinstance(value, np.ndarray)]
    return kind_of(arrays) is not None


def _tracks(content: Any) -> dict[TrackId, Track]:
    if has_keys(content, "smpl"):
        return {0: vector_track(content["smpl"], content.get("frame"))}
    if not has_keys(content, "pose"):
        way = "; `meshgait fit` estimates them" if has_keys(content, "silhouette") else ""
        raise DataError(f"it holds {describe_kind(content)}, without pose and smpl{way}")
    motion = motion_of(content)
    return {
        0: body_track(
            frames=content.get("frame"),
            pose=motion.pose,
            betas=motion.betas,
            transl=motion.transl,
            axes="y up",
            fps=content.get("fps"),
        )
    }


OWN = Format("meshgait", "meshgait's own", verified=True, claims=_claims, tracks=_tracks)
