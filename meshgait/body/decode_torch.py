"""Linear blend skinning (LBS; Loper et al., SMPL, TOG 2015) in plain torch.

On any device, of any type, differentiable as often as wanted, and exportable.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.body.layer import Layer
from meshgait.body.names import JOINT_PARENTS
from meshgait.numerics import in_full_precision
from meshgait.rotation import axis_angle_to_matrix


def decode(
    pose: Float[Tensor, "N A"],
    shaped: Float[Tensor, "N V 3"],
    rest: Float[Tensor, "N J 3"],
    layer: Layer,
) -> tuple[Float[Tensor, "N V 3"], Float[Tensor, "N J 3"]]:
    """Vertices and joints of N poses of bodies that rest at `shaped` and `rest`, in metres."""
    rotation = axis_angle_to_matrix(pose.unflatten(-1, (-1, 3)))
    parents = layer.parents.tolist()
    return skin(rotation, shaped, rest, layer.posedirs, layer.lbs_weights, parents)


def skin(
    rotation: Float[Tensor, "*batch J 3 3"],
    shaped: Float[Tensor, "*#batch V 3"],
    rest: Float[Tensor, "*batch J 3"],
    posedirs: Float[Tensor, "P D"],
    weights: Float[Tensor, "V J"],
    parents: Sequence[int] = JOINT_PARENTS,
) -> tuple[Float[Tensor, "*batch V 3"], Float[Tensor, "*batch J 3"]]:
    """Pose vertices that rest at `shaped`, of joints that rest at `rest`.

    `rotation` is against the parent joint; `posedirs` moves the vertices, D = 3 V, by its entries;
    `weights` says how much each joint moves a vertex.
    """
    turns, joints = pose_skeleton(rotation, rest, parents)
    bend = (rotation[..., 1:, :, :] - torch.eye(3).to(rotation)).flatten(-3)
    bent = shaped + (bend @ posedirs).unflatten(-1, (-1, 3))
    shift = joints - (turns @ rest[..., None])[..., 0]
    motion = torch.cat([turns.flatten(-2), shift], dim=-1)  # (*, J, 12)
    blended = torch.einsum("vj,...jk->...vk", weights, motion)
    turn, shift = blended[..., :9].unflatten(-1, (3, 3)), blended[..., 9:]
    return (turn @ bent[..., None])[..., 0] + shift, joints


@in_full_precision
def pose_skeleton(
    rotation: Float[Tensor, "*batch J 3 3"],
    rest: Float[Tensor, "*batch J 3"],
    parents: Sequence[int] = JOINT_PARENTS,
) -> tuple[Float[Tensor, "*batch J 3 3"], Float[Tensor, "*batch J 3"]]:
    """Rotations against the world and places of joints that rest at `rest`.

    `rotation` is against the parent, the root first; the root stays where it rests. `parents` are
    SMPL's unless others are given.

    >>> rest = torch.rand(24, 3)
    >>> torch.allclose(pose_skeleton(torch.eye(3).expand(24, 3, 3), rest)[1], rest)
    True
    """
    turns, places = [rotation[..., 0, :, :]], [rest[..., 0, :]]
    for joint, parent in enumerate(parents[1:], start=1):
        bone = rest[..., joint, :] - rest[..., parent, :]
        places.append(places[parent] + (turns[parent] @ bone[..., None])[..., 0])
        turns.append(turns[parent] @ rotation[..., joint, :, :])
    return torch.stack(turns, dim=-3), torch.stack(places, dim=-2)
