"""Edge convolution (Wang et al., "Dynamic graph CNN", TOG 2019), over the edges of a mesh."""

from __future__ import annotations

from typing import Any

from jaxtyping import Float
from torch import Tensor, nn

from meshgait.nn.graph.neighbourhood import Neighbourhood


class EdgeConvolution(nn.Module):
    """The largest answer of a small network to a vertex and its differences to the neighbours.

    The weights are named as those of PyTorch Geometric's EdgeConv around Linear, SiLU, Linear.
    """

    def __init__(self, in_channels: int, out_channels: int, adjacency: Any) -> None:
        super().__init__()
        self.pairs = Neighbourhood(adjacency, loops=False)
        first, second = (2 * in_channels, out_channels), (out_channels, out_channels)
        self.nn = nn.Sequential(nn.Linear(*first), nn.SiLU(), nn.Linear(*second))

    def forward(self, x: Float[Tensor, "*batch V C"]) -> Float[Tensor, "*batch V D"]:
        """Features of the vertices of every frame."""
        self.pairs.check(x)
        layers: Any = self.nn
        first, rest = layers[0], layers[1:]
        own, other = first.weight.chunk(2, dim=1)
        # W [x_i, x_j - x_i] is linear: one map per vertex instead of one per edge.
        target, source = nn.functional.linear(x, own - other, first.bias), x @ other.T
        message = target.index_select(-2, self.pairs.row)
        message = message + source.index_select(-2, self.pairs.column)
        return self.pairs.largest(rest(message))
