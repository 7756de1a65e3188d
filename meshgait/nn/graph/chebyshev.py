"""Chebyshev convolution (Defferrard et al., "CNNs on graphs with fast filtering", NIPS 2016)."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from meshgait.errors import ConfigError
from meshgait.nn.graph.graph_convolution import glorot, normalised
from meshgait.nn.graph.sparse_map import SparseMap


class Chebyshev(nn.Module):
    """A polynomial of degree `order` - 1 of the normalised Laplacian, with a linear map per power.

    It sees `order` - 1 edges far. The weights are named as those of PyTorch Geometric's ChebConv,
    and mean the same.

    >>> from scipy.sparse import csr_array
    >>> near = csr_array([[0.0, 1.0], [1.0, 0.0]])
    >>> Chebyshev(4, 8, near, order=3)(torch.zeros(2, 5, 2, 4)).shape
    torch.Size([2, 5, 2, 8])
    """

    def __init__(
        self, in_channels: int, out_channels: int, adjacency: Any, *, order: int = 3
    ) -> None:
        super().__init__()
        if order < 1:
            raise ConfigError(f"a Chebyshev layer has an order of at least 1; got {order}")
        # With the largest eigenvalue taken as 2, the scaled Laplacian L - I is this.
        self.laplacian = SparseMap(-normalised(adjacency, loops=False))
        self.lins = nn.ModuleList(glorot(in_channels, out_channels) for _ in range(order))
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def forward(self, x: Float[Tensor, "*batch V C"]) -> Float[Tensor, "*batch V D"]:
        """Features of the vertices of every frame."""
        self.laplacian.check(x)
        terms = [x]
        if len(self.lins) > 1:
            terms.append(self.laplacian(x))
        for _ in self.lins[2:]:
            terms.append(2 * self.laplacian(terms[-1]) - terms[-2])
        weights: Any = [lin.weight for lin in self.lins]
        return nn.functional.linear(torch.cat(terms, -1), torch.cat(weights, 1), self.bias)
