"""Spiral convolution (Gong et al., "SpiralNet++", ICCV workshops 2019)."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from meshgait.errors import ShapeError


class Spiral(nn.Module):
    """A linear map of the vertices along a spiral: `spirals` (V, L) of `operators.spirals`.

    It tells directions on the surface apart, which sums over neighbours cannot.

    >>> spirals = np.array([[0, 1], [1, 2], [2, 0]])
    >>> Spiral(4, 8, spirals)(torch.zeros(2, 5, 3, 4)).shape
    torch.Size([2, 5, 3, 8])
    """

    spirals: Tensor

    def __init__(
        self, in_channels: int, out_channels: int, spirals: Int[np.ndarray, "V L"]
    ) -> None:
        super().__init__()
        index = torch.from_numpy(spirals.astype(np.int64))
        self.register_buffer("spirals", index, persistent=False)
        self.lin = nn.Linear(spirals.shape[1] * in_channels, out_channels)
        nn.init.xavier_uniform_(self.lin.weight)
        nn.init.zeros_(self.lin.bias)

    def forward(self, x: Float[Tensor, "*batch V C"]) -> Float[Tensor, "*batch V D"]:
        """Features of the vertices of every frame."""
        count, length = self.spirals.shape
        if x.shape[-2:] != (count, self.lin.in_features // length):
            raise ShapeError(
                f"this layer was made for features (*, {count}, "
                f"{self.lin.in_features // length}), got {tuple(x.shape)}"
            )
        along = x.index_select(-2, self.spirals.flatten())
        return self.lin(along.reshape(*x.shape[:-2], count, -1))
