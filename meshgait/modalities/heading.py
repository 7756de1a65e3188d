"""Which way a body faces."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.body.names import JOINT_INDEX

_LEFT, _RIGHT = (
    [JOINT_INDEX[f"{side}_{joint}"] for joint in ("hip", "shoulder")] for side in ("left", "right")
)


def goes_backwards(way: Float[np.ndarray, " T"]) -> bool:
    """Whether most of a way is back, frame by frame along where the body faces; swaying is none."""
    return bool(-way.sum() > np.abs(way).sum() / 2)


def heading(joints: Float[Tensor, "*batch 24 3"]) -> Float[Tensor, "*batch"]:
    """Where hips and shoulders face: radians about y, 0 along z, growing towards x.

    Pelvis and shoulders turn against each other in a stride; their mean hardly does.

    >>> import torch
    >>> rest = torch.zeros(24, 3)
    >>> rest[[1, 16], 2] = -1.0  # the left side behind, so it faces along x
    >>> heading(rest)
    tensor(1.5708)
    """
    left = joints[..., _LEFT, :].sum(-2) - joints[..., _RIGHT, :].sum(-2)
    return torch.atan2(-left[..., 2], left[..., 0])
