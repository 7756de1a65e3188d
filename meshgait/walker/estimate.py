"""Noisy SMPL parameters, as a monocular mesh-recovery tool would estimate them.

Without noise the shape coefficients would give everybody away. Errors have a part that lasts for
the whole clip and one that wanders from frame to frame. Joints are about 12 cm off, more than the 5
to 9 cm that such tools reach on good pictures: with those, the angles or the shape alone told
walkers apart better than silhouettes did.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.signal import lfilter
from scipy.spatial.transform import Rotation
from torch import Tensor

from meshgait.camera import Camera
from meshgait.walker.walk import Walk

_MEMORY = 0.8  # correlation of the wandering error between two frames


@dataclass(frozen=True)
class EstimatorNoise:
    """Standard deviations of the lasting and of the wandering error.

    Joint rotations in degrees about each axis, shape coefficients, and the camera's scale and
    shift as shares of the picture. `EstimatorNoise(*6 * [0])` is an estimator without error.
    """

    joint_bias_deg: float = 5.0
    joint_wander_deg: float = 5.0
    betas_bias: float = 1.2
    betas_wander: float = 0.15
    camera_bias: float = 0.03
    camera_wander: float = 0.01


def estimate_smpl(
    walk: Walk,
    joints: Float[Tensor, "T 24 3"],
    camera: Camera,
    noise: EstimatorNoise,
    generator: np.random.Generator,
) -> Float[np.ndarray, "T 85"]:
    """The vector of each frame that SMPLGait reads: camera (3), pose (72), betas (10).

    `joints` are those of the decoded walk, in metres. The pose is seen from the camera (x right, y
    down, z forward). The camera is weakly perspective, s * X + t with X in metres around the
    pelvis, in a square picture from -1 to 1 whose side is 1.2 times the height from toes to head.
    """
    frames = len(walk.pose)
    pose = walk.pose.reshape(frames, 24, 3).astype(np.float64)
    degrees = np.deg2rad([noise.joint_bias_deg, noise.joint_wander_deg])
    error = _error((frames, 24, 3), degrees, generator)
    turned = Rotation.from_rotvec(pose.reshape(-1, 3)) * Rotation.from_rotvec(error.reshape(-1, 3))
    pose = turned.as_rotvec().reshape(frames, 24, 3)
    world_to_camera = Rotation.from_matrix(camera.rotation.double().numpy())
    pose[:, 0] = (world_to_camera * Rotation.from_rotvec(pose[:, 0])).as_rotvec()
    betas = walk.betas + _error((frames, 10), [noise.betas_bias, noise.betas_wander], generator)
    weak = _weak_camera(joints, camera)
    weak += _error((frames, 3), [noise.camera_bias, noise.camera_wander], generator)
    return np.concatenate([weak, pose.reshape(frames, 72), betas], axis=1).astype(np.float32)


def _weak_camera(joints: Float[Tensor, "T 24 3"], camera: Camera) -> Float[np.ndarray, "T 3"]:
    """Scale and shift of the person in a square picture around them."""
    pixels = camera.project(joints).double().numpy()
    depth = camera.to_camera(joints)[:, 0, 2].double().numpy()
    low, high = pixels.min(axis=1), pixels.max(axis=1)
    half_side = 0.6 * (high - low)[:, 1]
    shift = (pixels[:, 0] - (low + high) / 2) / half_side[:, None]
    scale = float(camera.focal[..., 1]) / depth / half_side
    return np.concatenate([scale[:, None], shift], axis=1)


def _error(
    shape: tuple[int, ...], sizes: list[float] | np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """A constant and a first-order autoregressive part, of the two `sizes`; frames first."""
    lasting = sizes[0] * generator.standard_normal(shape[1:])
    fresh = generator.standard_normal(shape) * np.sqrt(1 - _MEMORY**2)
    fresh[0] /= np.sqrt(1 - _MEMORY**2)
    return lasting + sizes[1] * lfilter([1.0], [1.0, -_MEMORY], fresh, axis=0)
