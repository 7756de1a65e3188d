"""`smpl`: what networks that read bodies eat, a motion as one camera sees it."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from scipy.spatial.transform import Rotation
from torch import Tensor

from meshgait.camera import Camera, WeakPerspective
from meshgait.sequence.motion import Motion

_MARGIN = 1.2  # side of the picture by the height from toes to head


def smpl_of(
    motion: Motion, joints: Float[Tensor, "T 24 3"], camera: Camera | WeakPerspective
) -> Float[np.ndarray, "T 85"]:
    """Camera (3), pose (72) and betas (10) of each frame, in double precision.

    `joints` are those of the decoded motion, in metres. The pose is seen from the camera, one or
    one a frame (x right, y down, z forward). The camera of the result is weakly perspective,
    s * X + t with X in metres around the pelvis, in a square picture from -1 to 1 whose side is
    1.2 times the height from toes to head.
    """
    pose = motion.pose.reshape(len(motion), 24, 3).astype(np.float64)
    world_to_camera = Rotation.from_matrix(camera.rotation.double().numpy())
    pose[:, 0] = (world_to_camera * Rotation.from_rotvec(pose[:, 0])).as_rotvec()
    betas = np.tile(motion.betas, (len(motion), 1))
    weak = _weak_camera(joints, camera)
    return np.concatenate([weak, pose.reshape(-1, 72), betas], axis=1)


def _weak_camera(
    joints: Float[Tensor, "T 24 3"], camera: Camera | WeakPerspective
) -> Float[np.ndarray, "T 3"]:
    """Scale and shift of the person in a square picture around them."""
    if isinstance(camera, WeakPerspective):  # neither its scale nor its shift matters
        return picture_around(camera.to_camera(joints)).double().numpy()
    pixels = camera.project(joints).double().numpy()
    low, high = pixels.min(axis=1), pixels.max(axis=1)
    half_side = _MARGIN / 2 * (high - low)[:, 1]
    shift = (pixels[:, 0] - (low + high) / 2) / half_side[:, None]
    depth = camera.to_camera(joints)[:, 0, 2].double().numpy()
    scale = camera.focal[..., 1].double().numpy() / depth / half_side
    return np.concatenate([scale[:, None], shift], axis=1)


def picture_around(joints: Float[Tensor, "T 24 3"]) -> Float[Tensor, "T 3"]:
    """(s, tx, ty) that put `joints`, in the axes of a camera, into the middle of its picture."""
    flat = joints[..., :2]
    low, high = flat.amin(1), flat.amax(1)
    half_side = _MARGIN / 2 * (high - low)[:, 1:]
    return torch.cat([1 / half_side, (flat[:, 0] - (low + high) / 2) / half_side], dim=1)
