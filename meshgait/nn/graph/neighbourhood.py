"""Pairs of neighbours that all frames share, for layers that weigh each pair anew."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.nn.graph.sparse_map import SparseMap, has_kernels


class Neighbourhood(SparseMap):
    """The entries of an adjacency as pairs: `row` takes from `column`; `loops` adds each vertex.

    >>> from scipy.sparse import csr_array
    >>> pairs = Neighbourhood(csr_array([[0.0, 1.0], [1.0, 0.0]]), loops=True)
    >>> pairs.row.tolist(), pairs.column.tolist()
    ([0, 0, 1, 1], [0, 1, 0, 1])
    """

    def __init__(self, adjacency: Any, *, loops: bool) -> None:
        from scipy.sparse import eye_array

        super().__init__(adjacency + eye_array(adjacency.shape[0]) if loops else adjacency)

    def softmax(self, score: Float[Tensor, "*batch E H"]) -> Float[Tensor, "*batch E H"]:
        """Shares of the pairs of each vertex; they sum to one."""
        if has_kernels(score):
            from meshgait.nn.graph.sparse_numba import softmax

            return softmax(score.reshape(-1, *score.shape[-2:]), self).reshape(score.shape)
        shape = (*score.shape[:-2], self.shape[0], score.shape[-1])
        row = self.row[:, None].expand_as(score)
        low = score.new_full(shape, -torch.inf)
        # The softmax does not depend on what is taken off, so that has no gradient.
        highest = low.scatter_reduce(-2, row, score.detach(), "amax")
        power = (score - highest.index_select(-2, self.row)).exp()
        total = score.new_zeros(shape).index_add(-2, self.row, power)
        return power / total.index_select(-2, self.row)

    def weighted_sum(
        self, weight: Float[Tensor, "*batch E H"], x: Float[Tensor, "*batch V H C"]
    ) -> Float[Tensor, "*batch V H C"]:
        """What each vertex takes from its neighbours, head by head."""
        if has_kernels(x):
            from meshgait.nn.graph.sparse_numba import weighted_sum

            flat = weight.reshape(-1, *weight.shape[-2:]), x.reshape(-1, *x.shape[-3:])
            return weighted_sum(*flat, self).reshape(x.shape)
        messages = weight[..., None] * x.index_select(-3, self.column)
        return torch.zeros_like(x).index_add(-3, self.row, messages)

    def largest(self, message: Float[Tensor, "*batch E C"]) -> Float[Tensor, "*batch V C"]:
        """Largest message to each vertex, channel by channel; zero where there is none."""
        row = self.row[:, None].expand_as(message)
        empty = message.new_zeros(*message.shape[:-2], self.shape[0], message.shape[-1])
        return empty.scatter_reduce(-2, row, message, "amax", include_self=False)
