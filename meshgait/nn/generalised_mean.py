"""Pooling between mean and maximum, with a learnt exponent (GeM: Radenovic et al., TPAMI 2019)."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from meshgait.errors import ShapeError


class GeneralisedMean(nn.Module):
    """mean(x^p)^(1/p) of each of `parts` horizontal strips; x is clamped at 1e-6 from below.

    >>> GeneralisedMean(32)(torch.ones(2, 8, 32, 22)).shape
    torch.Size([2, 32, 8])
    """

    def __init__(self, parts: int, *, exponent: float = 6.5) -> None:
        super().__init__()
        self.parts = parts
        self.exponent = nn.Parameter(torch.tensor([exponent]))

    def forward(self, features: Float[Tensor, "B C H W"]) -> Float[Tensor, "B P C"]:
        """Pool; raises `ShapeError` where the strips would not be even."""
        height, width = features.shape[2:]
        if height % self.parts:
            raise ShapeError(
                f"a feature map {height} rows high cannot be cut into {self.parts} equal strips"
            )
        # By logarithms, because 1e-6 to the power of 6.5 is no normal number in float32.
        with torch.autocast(features.device.type, enabled=False):
            rows = features.to(self.exponent.dtype).clamp_min(1e-6).log().permute(0, 2, 3, 1)
            strips = rows.unflatten(1, (self.parts, height // self.parts)).flatten(2, 3)
            count = math.log(height // self.parts * width)
            power = torch.logsumexp(self.exponent * strips, dim=2) - count
            return (power / self.exponent).exp()
