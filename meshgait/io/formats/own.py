"""Our own files: a motion of `save_motion`, and a clip of `save_clip` that has `smpl`."""

from __future__ import annotations

from typing import Any

import numpy as np

from meshgait.errors import DataError
from meshgait.io.formats.gait3d import vector_track
from meshgait.io.recording import Format, has_keys
from meshgait.io.track import Track, TrackId, body_track


def _claims(content: Any) -> bool:
    if not isinstance(content, dict):
        return False
    return any(
        isinstance(content.get(key), np.ndarray) and content[key].shape[1:] == (width,)
        for key, width in (("pose", 72), ("smpl", 85))
    )


def _tracks(content: Any) -> dict[TrackId, Track]:
    if not has_keys(content, "pose"):
        return {0: vector_track(content["smpl"], content.get("frame"))}
    betas, T = content.get("betas"), len(content["pose"])
    if betas is not None and betas.shape[-1:] < (10,):
        raise DataError(f"betas are {betas.shape}, expected (10,) or (T, 10)")
    transl = content.get("transl")
    return {
        0: body_track(
            frames=content.get("frame"),
            pose=content["pose"],
            betas=betas,
            transl=np.zeros((T, 3)) if transl is None else transl,
            axes="y up",
            fps=content.get("fps"),
        )
    }


OWN = Format("meshgait", "meshgait's own", verified=True, claims=_claims, tracks=_tracks)
