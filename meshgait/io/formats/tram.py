"""TRAM (Wang et al., ECCV 2024): one .npy for each track, a pickled dictionary of tensors.

The keys follow the tool's source: `pred_rotmat`, `pred_shape`, `pred_trans` in the camera's axes
in metres, and `frame`. Its camera's way through the world is in another file and is not applied.
"""

from __future__ import annotations

from typing import Any

from meshgait.io.recording import Format, has_keys
from meshgait.io.track import Track, TrackId, body_track


def _claims(content: Any) -> bool:
    return has_keys(content, "pred_rotmat", "pred_shape", "pred_trans")


def _tracks(content: Any) -> dict[TrackId, Track]:
    return {
        0: body_track(
            frames=content.get("frame"),
            pose=content["pred_rotmat"],
            betas=content["pred_shape"],
            transl=content["pred_trans"],
            axes="camera",
        )
    }


TRAM = Format("tram", "TRAM", verified=True, claims=_claims, tracks=_tracks)
