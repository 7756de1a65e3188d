"""Feature-steered convolution (Verma et al., "FeaStNet", CVPR 2018)."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from meshgait.errors import ConfigError
from meshgait.nn.graph.neighbourhood import Neighbourhood


class FeatureSteered(nn.Module):
    """Neighbours choose softly among `heads` linear maps by how they differ from the vertex.

    The choice does not change when all features move alike. The weights are named as those of
    PyTorch Geometric's FeaStConv, and mean the same.
    """

    share: Tensor

    def __init__(
        self, in_channels: int, out_channels: int, adjacency: Any, *, heads: int = 4
    ) -> None:
        super().__init__()
        if heads < 1:
            raise ConfigError(f"a feature-steered layer has at least one head; got {heads}")
        self.pairs = Neighbourhood(adjacency, loops=True)
        self.register_buffer("share", 1 / self.pairs.first.diff()[:, None], persistent=False)
        self.lin = nn.Linear(in_channels, heads * out_channels, bias=False)
        self.u = nn.Linear(in_channels, heads, bias=False)
        self.c = nn.Parameter(0.1 * torch.randn(heads))
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def forward(self, x: Float[Tensor, "*batch V C"]) -> Float[Tensor, "*batch V D"]:
        """Features of the vertices of every frame."""
        self.pairs.check(x)
        row, column, turned = self.pairs.row, self.pairs.column, self.u(x)
        score = turned.index_select(-2, column) - turned.index_select(-2, row) + self.c
        sent = self.lin(x).unflatten(-1, (len(self.c), -1))
        total = self.pairs.weighted_sum(score.softmax(-1), sent).sum(-2)
        return total * self.share + self.bias
