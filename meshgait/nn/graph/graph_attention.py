"""Attention among neighbours.

GAT (Velickovic et al., ICLR 2018) and GATv2 (Brody et al., ICLR 2022).
"""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from meshgait.errors import ConfigError
from meshgait.nn.graph.graph_convolution import glorot
from meshgait.nn.graph.neighbourhood import Neighbourhood

SLOPE = 0.2  # of the leaky ReLU, in both papers


class GraphAttention(nn.Module):
    """Neighbours are weighed by a score of each and of the vertex itself, added (GAT).

    The heads share the channels of the result. The weights are named as those of PyTorch
    Geometric's GATConv(in, out / heads, heads), and mean the same.
    """

    def __init__(
        self, in_channels: int, out_channels: int, adjacency: Any, *, heads: int = 4
    ) -> None:
        super().__init__()
        width = head_width(out_channels, heads)
        self.pairs = Neighbourhood(adjacency, loops=True)
        self.lin = glorot(in_channels, out_channels)
        self.att_src, self.att_dst = (score_weights(heads, width) for _ in range(2))
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def forward(self, x: Float[Tensor, "*batch V C"]) -> Float[Tensor, "*batch V D"]:
        """Features of the vertices of every frame."""
        self.pairs.check(x)
        sent = self.lin(x).unflatten(-1, self.att_src.shape[1:])
        source, target = (sent * self.att_src).sum(-1), (sent * self.att_dst).sum(-1)
        score = source.index_select(-2, self.pairs.column) + target.index_select(-2, self.pairs.row)
        share = self.pairs.softmax(leaky_relu(score, SLOPE))
        return self.pairs.weighted_sum(share, sent).flatten(-2) + self.bias


class GraphAttentionV2(nn.Module):
    """As `GraphAttention`, but the score is of both together, so the order may differ (GATv2).

    The weights are named as those of PyTorch Geometric's GATv2Conv(in, out / heads, heads). It
    stores the features of every pair, and takes several times the memory of the other.
    """

    def __init__(
        self, in_channels: int, out_channels: int, adjacency: Any, *, heads: int = 4
    ) -> None:
        super().__init__()
        width = head_width(out_channels, heads)
        self.pairs = Neighbourhood(adjacency, loops=True)
        self.lin_l, self.lin_r = (nn.Linear(in_channels, out_channels) for _ in range(2))
        for lin in (self.lin_l, self.lin_r):
            nn.init.xavier_uniform_(lin.weight)
            nn.init.zeros_(lin.bias)
        self.att = score_weights(heads, width)
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def forward(self, x: Float[Tensor, "*batch V C"]) -> Float[Tensor, "*batch V D"]:
        """Features of the vertices of every frame."""
        self.pairs.check(x)
        sent = self.lin_l(x)
        both = sent.index_select(-2, self.pairs.column)
        both = both + self.lin_r(x).index_select(-2, self.pairs.row)
        heads = self.att.shape[1:]
        score = (leaky_relu(both, SLOPE).unflatten(-1, heads) * self.att).sum(-1)
        share = self.pairs.softmax(score)
        return self.pairs.weighted_sum(share, sent.unflatten(-1, heads)).flatten(-2) + self.bias


def head_width(out_channels: int, heads: int) -> int:
    """Channels of each head; `ConfigError` where the heads cannot share them equally."""
    if heads < 1 or out_channels % heads:
        raise ConfigError(
            f"{out_channels} channels cannot be shared by {heads} heads; use a divisor"
        )
    return out_channels // heads


def score_weights(heads: int, width: int) -> nn.Parameter:
    """One vector per head that features are scored with."""
    return nn.Parameter(nn.init.xavier_uniform_(torch.empty(1, heads, width)))
