"""What networks on bodies keep as it is, beside what they learn: moments of their input."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.body.smpl_row import CAMERA, JOINTS, POSE, SHAPE
from meshgait.nn import Frames, frame_statistics
from meshgait.rotation import axis_angle_to_matrix


def joint_angles(smpl: Float[Tensor, "N 85"]) -> Float[Tensor, "N 24 3"]:
    """Rotations of the joints against their parents, in radians; of the pelvis, where up is to it.

    So neither the camera's place nor the heading count.
    """
    turn = smpl[:, CAMERA : CAMERA + POSE].unflatten(1, (JOINTS, 3))
    up = -axis_angle_to_matrix(turn[:, 0])[:, 1:2]  # the camera's y points down
    return torch.cat([up, turn[:, 1:]], dim=1)


def body_moments(
    points: Float[Tensor, "N V 3"] | None, smpl: Float[Tensor, "N 85"], frames: Frames
) -> Float[Tensor, "B D"]:
    """The mean shape over a clip, and means and deviations of the joint angles and of `points`.

    They are what linear discriminants tell people apart by. None leaves the mean shape alone;
    `count_moments` says how many numbers there are.
    """
    shape = frames.mean(smpl[:, -SHAPE:])
    if points is None:
        return shape
    x = torch.cat([points.flatten(1), joint_angles(smpl).flatten(1)], dim=1)
    return torch.cat([shape, frame_statistics(x, frames)], dim=1)


def count_moments(points: int | None) -> int:
    """How many numbers `body_moments` gives for so many points.

    >>> count_moments(None), count_moments(0)
    (10, 154)
    """
    return SHAPE if points is None else SHAPE + 2 * 3 * (points + JOINTS)
