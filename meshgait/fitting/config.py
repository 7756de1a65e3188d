"""How bodies are fitted, and from where."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.errors import ConfigError, ShapeError
from meshgait.rotation import axis_angle_to_matrix, matrix_to_axis_angle

_HALF_TURN = (math.pi, 0.0, 0.0)  # between axes with y down, z forward and the world's


@dataclass(frozen=True)
class FitConfig:
    """Steps, softness and weights of a fit.

    The body is first turned and moved as it stands, `rigid_steps` from each of `yaws_deg` (degrees
    that its first heading may be wrong by, 0 included), then bent for `pose_steps`. `blur` is the
    first standard deviation of the softness by the image's height; it shrinks to nothing.
    Silhouettes larger than `resolution` pixels are cut out and scaled down to it.

    Weights stand beside a silhouette term that is 1 where a body misses all of the silhouette:
    `prior` times the mean squared deviation from walking poses, `motion` times that of two thirds
    of a second from moments of walking, `limits` times squared radians beyond what joints bend,
    `shape` times the mean square of betas, `smoothness` times the mean squared acceleration of the
    joints in units of 2 cm per frame and frame, `joints` times the mean squared distance of 2D
    joints by the person's height, `contact` times the mean squared way of feet that stand and their
    distance from the floor, in units of 1 cm.
    """

    rigid_steps: int = 80  # steps in which the body is only turned and moved, from each heading
    pose_steps: int = 160  # steps in which it is bent, after that
    # by how much the first heading may be wrong; 0 is one of them
    yaws_deg: tuple[float, ...] = (0.0, -30.0, 30.0)
    blur: float = 1 / 16
    resolution: int = 96  # larger silhouettes are scaled down to so many pixels
    prior: float = 0.01
    motion: float = 0.0
    limits: float = 1.0
    shape: float = 0.003
    smoothness: float = 0.003
    joints: float = 60.0
    contact: float = 0.01

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "yaws_deg" and not 0 <= value < math.inf:
                raise ConfigError(f"{field.name} must be 0 or more, got {value}")
        if self.resolution < 16 or not self.yaws_deg:
            raise ConfigError(
                "a fit needs 16 or more pixels and a yaw, got "
                f"resolution {self.resolution} and yaws_deg {self.yaws_deg}"
            )


@dataclass(frozen=True, eq=False)
class Start:
    """SMPL parameters to begin with; without `transl` the silhouettes say where the body is.

    `stance` is how surely the left and the right foot stand, from 0 to 1, if that is known: then
    they neither slide nor leave the floor.
    """

    pose: Float[Tensor, "*batch T 72"]
    betas: Float[Tensor, "*batch 10"]
    transl: Float[Tensor, "*batch T 3"] | None = None
    stance: Float[Tensor, "*batch T 2"] | None = None

    @classmethod
    def from_smpl(cls, smpl: np.ndarray | Tensor) -> Start:
        """From a data set's vectors (*, T, 85), camera, pose and betas, for a fit without a camera.

        Their poses are seen from a camera (x right, y down, z forward); their cameras are dropped,
        as the crop of the silhouettes is unknown, and betas are the mean over the frames.
        """
        vector = torch.as_tensor(smpl).float()
        if vector.ndim < 2 or vector.shape[-1] != 85:
            raise ShapeError(f"smpl must be (*, T, 85), got {tuple(vector.shape)}")
        pose, upright = vector[..., 3:75], axis_angle_to_matrix(vector.new_tensor(_HALF_TURN))
        root = matrix_to_axis_angle(upright @ axis_angle_to_matrix(pose[..., :3]))
        return cls(torch.cat([root, pose[..., 3:]], dim=-1), vector[..., 75:].mean(-2))
