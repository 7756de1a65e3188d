"""What the walk must know of a body at rest: its joints, and the side view of its feet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from meshgait.body import JOINT_INDEX, Body
from meshgait.numerics import in_full_precision
from meshgait.walker.feet import FootShape


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Joints (24, 3) of the body at rest in metres, and the feet, left then right."""

    joints: Float[np.ndarray, "24 3"]
    feet: tuple[FootShape, FootShape]

    @classmethod
    @in_full_precision
    def of(
        cls,
        body: Body,
        betas: Float[np.ndarray, "10"],
        toes_aside: tuple[float, float] = (0.0, 0.0),
    ) -> Skeleton:
        """Measure the body with shape `betas` and toes that point aside (radians, to the left)."""
        with torch.no_grad():
            shaped = body.shape(torch.as_tensor(betas).to(body.weights))
            joints = body.joints_of(shaped).double().numpy()
        vertices, weights = shaped.double().numpy(), body.weights.numpy()
        feet = [
            _measure_foot(vertices, weights, joints, side, aside)
            for side, aside in zip(("left", "right"), toes_aside, strict=True)
        ]
        return cls(joints, (feet[0], feet[1]))

    def bone(self, start: str, end: str) -> Float[np.ndarray, "3"]:
        """From joint `start` to joint `end`."""
        return self.joints[JOINT_INDEX[end]] - self.joints[JOINT_INDEX[start]]

    @property
    def leg_length(self) -> float:
        """Height of the left hip over the floor on which the left foot stands flat."""
        foot = self.feet[0]
        ankle = np.interp(0, foot.pitch, foot.up)
        leg = self.bone("left_hip", "left_knee") + self.bone("left_knee", "left_ankle")
        return float(ankle - leg[1])


def _measure_foot(
    vertices: np.ndarray, weights: np.ndarray, joints: np.ndarray, side: str, aside: float
) -> FootShape:
    ankle, ball = JOINT_INDEX[f"{side}_ankle"], JOINT_INDEX[f"{side}_foot"]
    own = weights[:, ankle] + weights[:, ball]
    low = vertices[:, 1] < joints[ball, 1]
    foot = (own > 0.9) & low
    toes = weights[foot, ball] / own[foot]
    sole = vertices[foot] - joints[ankle]
    return FootShape.measure(sole, toes, joints[ball] - joints[ankle], aside=aside)
