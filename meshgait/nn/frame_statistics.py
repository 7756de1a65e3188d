"""What a clip was like, whatever the order of its frames: means and deviations over time."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.nn.frames import Frames

FLOOR = 1e-3  # deviations below it pass little gradient instead of an infinite one


def frame_statistics(x: Float[Tensor, "N C"], frames: Frames) -> Float[Tensor, "B D"]:
    """Mean and standard deviation of each channel over the real frames, one after the other.

    >>> mask = torch.tensor([[True, True], [True, False]])
    >>> x = torch.tensor([[1.0], [3.0], [5.0]])
    >>> frame_statistics(x, Frames.of(mask, mask)).round(decimals=2)
    tensor([[2., 1.],
            [5., 0.]])
    """
    mean = frames.mean(x)
    away = (x - frames.repeat(mean)).square()
    return torch.cat([mean, (frames.mean(away) + FLOOR**2).sqrt()], dim=1)
