"""Errors of SMPL estimates drawn anew each time a clip is trained on."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from meshgait.data.augment import Augmentation
from meshgait.data.sequence import GaitSequence
from meshgait.errors import ConfigError, DataError


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
        pose = Rotation.from_rotvec(smpl[:, 3:75].reshape(-1, 3))
        error = np.deg2rad(self.joint_deg) * generator.standard_normal((24, 3))
        turned = pose * Rotation.from_rotvec(np.tile(error, (len(smpl), 1)))
        smpl[:, 3:75] = turned.as_rotvec().reshape(-1, 72)
        smpl[:, 75:] += self.betas * generator.standard_normal(10)
        return replace(clip, frames={**clip.frames, "smpl": smpl})
