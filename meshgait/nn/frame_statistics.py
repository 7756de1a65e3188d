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
    >>> frame_statistics(torch.tensor([[1.0], [3.0], [5.0]]), Frames.of(mask, mask))
    tensor([[2.0000, 1.0000],
            [5.0000, 0.0010]])
    """
    mean = frames.mean(x)
    away = (x - frames.repeat(mean)).square()
    return torch.cat([mean, (frames.mean(away) + FLOOR**2).sqrt()], dim=1)
