"""Convolutions over time, rows and columns, of whole maps and of strips (GaitGL)."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from meshgait.errors import ShapeError
from meshgait.nn.temporal import convolution_3d


class GlobalLocal(nn.Module):
    """One convolution of whole clips, one of each of `strips` horizontal strips alone.

    LeakyReLU 0.01 of both, added, or one below the other with `stack` (Lin et al., ICCV 2021).

    >>> GlobalLocal(1, 8, strips=8, stack=True)(torch.zeros(2, 1, 3, 16, 11)).shape
    torch.Size([2, 8, 3, 32, 11])
    """

    def __init__(
        self, in_channels: int, channels: int, *, strips: int, stack: bool = False
    ) -> None:
        super().__init__()
        self.strips, self.stack = strips, stack
        self.whole = convolution_3d(in_channels, channels, (3, 3, 3))
        self.local = convolution_3d(in_channels, channels, (3, 3, 3))

    def forward(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B D T R W"]:
        """Convolve; raises `ShapeError` for uneven strips."""
        height = x.shape[3]
        if height % self.strips:
            raise ShapeError(
                f"a feature map {height} rows high cannot be cut into {self.strips} equal strips"
            )
        whole = leaky_relu(self.whole(x), 0.01)
        local = self.local(torch.cat(x.chunk(self.strips, dim=3)))
        local = leaky_relu(torch.cat(local.unflatten(0, (self.strips, -1)).unbind(), dim=3), 0.01)
        return torch.cat([whole, local], dim=3) if self.stack else whole + local
