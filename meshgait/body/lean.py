"""Bodies bent a little at every joint, to first order: cheap, linear, and with no angle in it."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.body.names import JOINT_PARENTS


def lean(
    points: Float[Tensor, "*batch N 3"],
    joints: Float[Tensor, "*batch 24 3"],
    turns: Float[Tensor, "*batch 24 3"],
    reach: Float[Tensor, "N 24"],
) -> Float[Tensor, "*batch N 3"]:
    """Points of posed bodies after small `turns` (radians, world axes) about their `joints`.

    `reach` is that of `joint_reach`. A turn of a tenth of a radian is wrong by half a hundredth
    of what it moves.
    """
    motion = torch.cat([turns, torch.linalg.cross(turns, joints)], dim=-1)
    turn, shift = (reach @ motion).split(3, dim=-1)
    return points + torch.linalg.cross(turn, points) - shift


def joint_reach(weights: Float[Tensor, "N 24"]) -> Float[Tensor, "N 24"]:
    """How far each point goes along when a joint turns: its skinning weights of all beyond it.

    Those of the joints themselves are `joint_reach(torch.eye(24))`.
    """
    reach = list(weights.unbind(1))
    for joint in range(len(reach) - 1, 0, -1):
        reach[JOINT_PARENTS[joint]] = reach[JOINT_PARENTS[joint]] + reach[joint]
    return torch.stack(reach, dim=1)
