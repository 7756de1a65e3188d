"""Errors of SMPL estimates drawn anew each time a clip is trained on."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch

from meshgait.data.batches.augment import Augmentation
from meshgait.errors import ConfigError, DataError
from meshgait.rotation import axis_angle_to_matrix, matrix_to_axis_angle
from meshgait.sequence.sequence import GaitSequence


@dataclass(frozen=True)
class SmplNoise(Augmentation):
    """Turn each joint and change the shape, alike in all frames of a clip.

    The errors of an estimate last for a whole clip, so that a network knows every clip it was
    trained on by them; other errors each time leave it what is true of the person. Standard
    deviations: of the rotation about each axis, in degrees, and of the shape coefficients. Only
    `smpl` is changed.
    """

    joint_deg: float = 5.0
    betas: float = 1.0

    def __post_init__(self) -> None:
        for name in ("joint_deg", "betas"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ConfigError(f"{name} must be 0 or more and finite, got {getattr(self, name)}")

    def __call__(self, clip: GaitSequence, generator: np.random.Generator) -> GaitSequence:
        """The clip with noise; `DataError` for one without `smpl`."""
        if "smpl" not in clip.frames:
            raise DataError(
                f"sequence {clip.name} has no smpl to add noise to; train without it "
                "(--recipe.augment=[])"
            )
        smpl = clip.frames["smpl"].copy()
        error = np.deg2rad(self.joint_deg) * generator.standard_normal((24, 3))
        pose = torch.from_numpy(smpl[:, 3:75]).unflatten(1, (24, 3))
        turned = axis_angle_to_matrix(pose) @ axis_angle_to_matrix(torch.from_numpy(error).to(pose))
        smpl[:, 3:75] = matrix_to_axis_angle(turned).flatten(1).numpy()
        smpl[:, 75:] += self.betas * generator.standard_normal(10)
        return replace(clip, frames={**clip.frames, "smpl": smpl})
