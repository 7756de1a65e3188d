"""VIBE and PARE (Kocabas et al., CVPR 2020, ICCV 2021): joblib, by person.

`pred_cam` is the camera (s, tx, ty) of the crop around the person, HMR's `s * (X + t)`. PARE may
give rotation matrices. VIBE's keys follow its documentation, PARE's are recalled.
"""

from __future__ import annotations

from typing import Any

from meshgait.io.recording import Format, first_value, has_keys
from meshgait.io.track import Track, TrackId, body_track


def _claims(content: Any) -> bool:
    return has_keys(first_value(content), "pred_cam", "pose", "betas")


def _tracks(content: Any) -> dict[TrackId, Track]:
    return {
        name if isinstance(name, str) else int(name): body_track(
            frames=person.get("frame_ids"),
            pose=person["pose"],
            betas=person["betas"],
            cam=person["pred_cam"],
            convention="hmr",
            axes="camera",
        )
        for name, person in content.items()
    }


VIBE = Format("vibe", "VIBE or PARE", verified=True, claims=_claims, tracks=_tracks)
