"""Noisy SMPL parameters, as a monocular mesh-recovery tool would estimate them.

Without noise the shape coefficients would give everybody away. Errors have a part that lasts for
the whole clip and one that wanders from frame to frame. Joints are about 12 cm off, more than the 5
to 9 cm that such tools reach on good pictures: with those, the angles or the shape alone told
walkers apart better than silhouettes did.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from scipy.signal import lfilter
from scipy.spatial.transform import Rotation
from torch import Tensor

from meshgait.camera import Camera
from meshgait.sequence.motion import Motion
from meshgait.sequence.smpl import smpl_of

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
    motion: Motion,
    joints: Float[Tensor, "T 24 3"],
    camera: Camera,
    noise: EstimatorNoise,
    generator: np.random.Generator,
) -> Float[np.ndarray, "T 85"]:
    """The vector of each frame that SMPLGait reads (see `smpl_of`), with the errors of a tool.

    `joints` are those of the decoded motion, in metres.
    """
    frames = len(motion)
    degrees = np.deg2rad([noise.joint_bias_deg, noise.joint_wander_deg])
    error = _error((frames, 24, 3), degrees, generator)
    true = Rotation.from_rotvec(motion.pose.reshape(-1, 3).astype(np.float64))
    turned = (true * Rotation.from_rotvec(error.reshape(-1, 3))).as_rotvec()
    smpl = smpl_of(replace(motion, pose=turned.reshape(frames, 72)), joints, camera)
    smpl[:, 75:] += _error((frames, 10), [noise.betas_bias, noise.betas_wander], generator)
    smpl[:, :3] += _error((frames, 3), [noise.camera_bias, noise.camera_wander], generator)
    return smpl.astype(np.float32)


def _error(
    shape: tuple[int, ...], sizes: list[float] | np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """A constant and a first-order autoregressive part, of the two `sizes`; frames first."""
    lasting = sizes[0] * generator.standard_normal(shape[1:])
    fresh = generator.standard_normal(shape) * np.sqrt(1 - _MEMORY**2)
    fresh[0] /= np.sqrt(1 - _MEMORY**2)
    return lasting + sizes[1] * lfilter([1.0], [1.0, -_MEMORY], fresh, axis=0)
