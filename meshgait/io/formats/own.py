"""Our own files: a motion of `save_motion` or of a fit, and a clip of `save_clip` with `smpl`."""

from __future__ import annotations

from typing import Any

import numpy as np

from meshgait.camera import Camera, WeakPerspective
from meshgait.camera.arrays import camera_from_arrays
from meshgait.errors import DataError
from meshgait.io.formats.gait3d import vector_track
from meshgait.io.recording import Format, has_keys
from meshgait.io.seen import Seen, Size
from meshgait.io.track import BodyTrack, Track, TrackId, body_track
from meshgait.sequence.kind import describe_kind, kind_of
from meshgait.sequence.motion import by_our_names, motion_of


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
    return {0: _motion(content)}


def _motion(content: Any) -> BodyTrack:
    motion, rate = motion_of(content), by_our_names(content).get("fps")
    return body_track(
        frames=content.get("frame"),
        pose=motion.pose,
        betas=motion.betas,
        transl=motion.transl,
        axes="y up",
        fps=rate,
    )


def _seen(content: Any) -> dict[TrackId, Seen]:
    """A fit's body before the camera of the fit."""
    if kind_of(list(content)) != "fit":
        raise DataError(
            f"it holds {describe_kind(content)} and no camera of a whole picture; a fit of "
            "`meshgait fit` or `meshgait video --fit full` has one"
        )

    def camera(row: int, size: Size) -> Camera | WeakPerspective:
        found = camera_from_arrays(content, row)
        if found.size != size:
            raise DataError(
                f"the camera of the fit sees {found.size[1]} x {found.size[0]} pixels, and the "
                f"video has {size[1]} x {size[0]}; give the pictures that were fitted to"
            )
        return found

    camera_from_arrays(content, 0)
    return {0: Seen(_motion(content), camera, pelvis=None)}


OWN = Format(
    "meshgait", "meshgait's own", verified=True, claims=_claims, tracks=_tracks, seen=_seen
)
