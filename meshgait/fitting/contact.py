"""Feet that stand: they do not slide, and all stand on one plane, the floor."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.body import JOINT_INDEX

_STILL_M = 0.01  # how far a joint of a foot that stands may move in a frame, or be off the floor
_LEVEL = 0.03  # how much a floor tilts in the axes of a camera that was held level, as a slope
_FEET = [
    [JOINT_INDEX[f"{side}_{name}"] for name in ("ankle", "foot")] for side in ("left", "right")
]


def slide(joints: Float[Tensor, "S T 24 3"], stance: Float[Tensor, "S T 2"]) -> Float[Tensor, " S"]:
    """Squared way of standing feet from frame to frame, in units of 1 cm, summed over frames.

    `stance` is how surely each foot stands, left and right.
    """
    feet = joints[:, :, _FEET]  # (S, T, 2, 2, 3)
    way = (feet[:, 1:] - feet[:, :-1]) / _STILL_M
    both = torch.minimum(stance[:, 1:], stance[:, :-1])
    return (both[..., None] * way.square().sum(-1)).mean((-2, -1)).sum(-1)


def off_floor(
    joints: Float[Tensor, "S T 24 3"], stance: Float[Tensor, "S T 2"]
) -> Float[Tensor, " S"]:
    """Squared distance of standing balls of feet from one plane, in units of 1 cm, by frame.

    The plane is that which is nearest to them, and not far from level: who walks straight ahead
    does not say how the floor tilts aside.
    """
    balls = joints[:, :, [foot[1] for foot in _FEET]].flatten(1, 2)  # (S, 2 T, 3)
    weight = stance.flatten(1)[..., None]
    with torch.no_grad():
        total = weight.sum(1, keepdim=True).clamp(min=1e-6)
        middle = (weight * balls).sum(1, keepdim=True) / total
        away = balls - middle
        ground = away[..., [0, 2]]
        spread = ground.mT @ (weight * ground)
        share = (_STILL_M / _LEVEL) ** 2 * torch.eye(2).to(spread)
        slope = torch.linalg.solve(spread + share, ground.mT @ (weight * away[..., 1:2]))
    height = (balls - middle)[..., 1:2] - ground @ slope
    return (weight * (height / _STILL_M).square()).sum((1, 2)) / 2
