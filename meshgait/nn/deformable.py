"""Convolutions whose taps lie where the data say (DCNv2: Zhu et al., CVPR 2019)."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import grid_sample

KERNEL = 3
TAPS = KERNEL * KERNEL


class DeformableConv2d(nn.Conv2d):
    """A 3 x 3 convolution with bias whose nine taps are moved and weighted at every pixel.

    Between pixels it interpolates, outside of the map it reads zeros. With offsets of 0 and weights
    of 1 it is a plain convolution.

    >>> layer = DeformableConv2d(2, 4)
    >>> x = torch.rand(3, 2, 8, 6)
    >>> layer(x, torch.zeros(3, 18, 8, 6), torch.ones(3, 9, 8, 6)).shape
    torch.Size([3, 4, 8, 6])
    """

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__(in_channels, channels, KERNEL, padding=KERNEL // 2)

    def forward(  # type: ignore[override]
        self,
        x: Float[Tensor, "N C H W"],
        offset: Float[Tensor, "N 18 H W"],
        weight: Float[Tensor, "N 9 H W"],
    ) -> Float[Tensor, "N D H W"]:
        """`offset` is down and right in pixels of each tap, taps row by row from the upper left."""
        height, width = x.shape[2:]
        down, right = offset.unflatten(1, (TAPS, 2)).unbind(2)
        reach = torch.arange(KERNEL, device=x.device).to(x) - KERNEL // 2
        row = torch.arange(height, device=x.device).to(x)[:, None]
        column = torch.arange(width, device=x.device).to(x)
        y = down.to(x) + row + reach.repeat_interleave(KERNEL)[:, None, None]
        x_place = right.to(x) + column + reach.repeat(KERNEL)[:, None, None]
        place = torch.stack([2 * x_place / max(width - 1, 1), 2 * y / max(height - 1, 1)], -1) - 1
        seen = grid_sample(x, place.flatten(1, 2), align_corners=True, padding_mode="zeros")
        taps = seen.unflatten(2, (TAPS, height)) * weight.unsqueeze(1)
        found = torch.einsum("nckhw,dck->ndhw", taps, self.weight.flatten(2))
        return found if self.bias is None else found + self.bias[:, None, None]
