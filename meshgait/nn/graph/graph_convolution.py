"""Graph convolution (Kipf and Welling, "Semi-supervised classification with GCNs", ICLR 2017)."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from meshgait.nn.graph.sparse_map import SparseMap


def normalised(adjacency: Any, *, loops: bool) -> Any:
    """D^-1/2 A D^-1/2 of a scipy.sparse adjacency; with `loops`, of A + I."""
    from scipy.sparse import diags_array, eye_array

    near = adjacency + eye_array(adjacency.shape[0]) if loops else adjacency
    degree = near.sum(axis=1)
    root = diags_array((degree.clip(min=1e-12) ** -0.5) * (degree > 0))
    return (root @ near @ root).tocsr()


class GraphConvolution(nn.Module):
    """Each vertex takes the normalised mean of its neighbours and itself, mapped linearly.

    `adjacency` is that of `meshgait.operators.adjacency`. The weights are named as those of PyTorch
    Geometric's GCNConv, and mean the same.

    >>> from scipy.sparse import csr_array
    >>> near = csr_array([[0.0, 1.0], [1.0, 0.0]])
    >>> GraphConvolution(4, 8, near)(torch.zeros(2, 5, 2, 4)).shape
    torch.Size([2, 5, 2, 8])
    """

    def __init__(self, in_channels: int, out_channels: int, adjacency: Any) -> None:
        super().__init__()
        self.mean = SparseMap(normalised(adjacency, loops=True))
        self.lin = glorot(in_channels, out_channels)
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def forward(self, x: Float[Tensor, "*batch V C"]) -> Float[Tensor, "*batch V D"]:
        """Features of the vertices of every frame."""
        if self.lin.in_features < self.lin.out_features:  # the mean of the fewer channels
            return nn.functional.linear(self.mean(x), self.lin.weight, self.bias)
        self.mean.check(x)
        return self.mean(self.lin(x)) + self.bias


def glorot(in_channels: int, out_channels: int) -> nn.Linear:
    """A linear map without bias, as graph layers are begun."""
    layer = nn.Linear(in_channels, out_channels, bias=False)
    nn.init.xavier_uniform_(layer.weight)
    return layer
