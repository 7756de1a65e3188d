"""Bodies as a clip: the `smpl` that networks read, from which their other inputs are made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.body import Body
from meshgait.camera import Camera, WeakPerspective
from meshgait.io.formats.gait3d import vectors
from meshgait.io.track import BodyTrack
from meshgait.modalities.scene import AZIMUTH_DEG, ELEVATION_DEG, follow_walker
from meshgait.sequence.motion import Motion
from meshgait.sequence.sequence import GaitSequence
from meshgait.sequence.smpl import smpl_of

_AT_ONCE = 256  # frames of which the meshes are held


def as_clip(
    track: BodyTrack,
    subject: str,
    *,
    body: Body | None = None,
    azimuth_deg: float = AZIMUTH_DEG,
    elevation_deg: float = ELEVATION_DEG,
) -> GaitSequence:
    """The track as a sequence with `smpl` (T, 85) and `frame` ids, which networks can be fed.

    A track in the axes of its video's camera stays as that camera saw it, with its weak camera
    where that is known. Any other is seen by one that follows, from `azimuth_deg` (0 in front, 90
    from the left) and `elevation_deg`; the azimuth becomes the sequence's view.
    """
    view = "unknown"
    if track.camera is not None and track.axes == "camera":
        smpl = vectors(track)
    else:
        body = Body.embedded() if body is None else body
        motion = track.stacked(body, fps=track.assumed_fps)  # which a clip does not hold
        joints = joints_of(motion, body)
        camera: Camera | WeakPerspective = _own_camera()
        if not is_seen(track):
            camera = follow_walker(joints, azimuth_deg=azimuth_deg, elevation_deg=elevation_deg)
            view = f"{azimuth_deg % 360:03.0f}"
        smpl = smpl_of(motion, joints, camera).astype(np.float32)
    frames = {"smpl": smpl, "frame": np.asarray(track.frames)}
    return GaitSequence(subject, "unknown", view, frames)


def is_seen(track: BodyTrack) -> bool:
    """Whether the track says from where it was seen, because its axes are those of a camera."""
    return track.axes == "camera"


@torch.no_grad()
def joints_of(motion: Motion, body: Body) -> Float[Tensor, "T 24 3"]:
    """Joints of all frames, in metres, without keeping the meshes."""
    starts = range(0, len(motion), _AT_ONCE)
    parts = [slice(start, start + _AT_ONCE) for start in starts]
    some = [replace(motion, pose=motion.pose[p], transl=motion.transl[p]) for p in parts]
    return torch.cat([part.decode(body).require_joints() for part in some])


def _own_camera() -> WeakPerspective:
    """The one whose axes a track had before it was set upright; only its direction matters."""
    one = torch.ones(2)
    return WeakPerspective(torch.diag(torch.tensor([1.0, -1.0, -1.0])), one, 0 * one, (2, 2))
