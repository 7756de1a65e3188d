"""Sums over neighbours with numba: no message is stored, forwards or backwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from meshgait._threads import blocks, in_parallel
from meshgait.nn.graph import sparse_kernels
from meshgait.numerics import differentiable_once

MOST = 8  # frames to a task


def multiply(x: Tensor, matrix: Any) -> Tensor:
    """The product of a `SparseMap` and frames (*, V, C)."""
    flat = x.reshape(-1, *x.shape[-2:])
    return _Multiply.apply(flat, matrix).reshape(*x.shape[:-2], -1, x.shape[-1])


def weighted_sum(weight: Tensor, x: Tensor, matrix: Any) -> Tensor:
    """Sums of `x` (N, V, H, C) by the weights (N, E, H) of the entries of a `SparseMap`."""
    return _WeightedSum.apply(weight, x, matrix)


def softmax(score: Tensor, matrix: Any) -> Tensor:
    """Shares (N, E, H) of the entries in each row of a `SparseMap`."""
    return _Softmax.apply(score, matrix)


class _Multiply(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, matrix: Any) -> Tensor:
        ctx.matrix = matrix
        value = matrix.value.to(x.dtype)
        return _spread(x, matrix.first, matrix.column, value, matrix.shape[0])

    @staticmethod
    @differentiable_once("a layer on a mesh on the CPU")
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        m = ctx.matrix
        value = m.value[m.order].to(slope.dtype)
        return _spread(slope, m.first_back, m.row[m.order], value, m.shape[1]), None


class _WeightedSum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, weight: Tensor, x: Tensor, matrix: Any) -> Tensor:
        ctx.save_for_backward(weight, x)
        ctx.matrix = matrix
        result = x.new_empty(len(x), matrix.shape[0], *x.shape[2:])
        entry = torch.arange(len(matrix.column))
        source, share, goal, first, column, place = _arrays(
            x, weight, result, matrix.first, matrix.column, entry
        )
        spread = sparse_kernels.spread_weighted
        _by_frames(lambda n: spread(source[n], first, column, place, share[n], goal[n]), len(x))
        return result

    @staticmethod
    @differentiable_once("a layer on a mesh on the CPU")
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        weight, x = ctx.saved_tensors
        m = ctx.matrix
        to_weight, to_x = torch.empty_like(weight.contiguous()), torch.empty_like(x.contiguous())
        slopes, source, share, weight_goal, goal = _arrays(slope, x, weight, to_weight, to_x)
        first, column = _arrays(m.first, m.column)
        first_back, row, order = _arrays(m.first_back, m.row[m.order], m.order)

        def work(n: slice) -> None:
            sparse_kernels.products(source[n], slopes[n], first, column, weight_goal[n])
            back = first_back, row, order, share[n], goal[n]
            sparse_kernels.spread_weighted(slopes[n], *back)

        _by_frames(work, len(x))
        return to_weight, to_x, None


class _Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, score: Tensor, matrix: Any) -> Tensor:
        share = torch.empty_like(score, memory_format=torch.contiguous_format)
        given, goal, first = _arrays(score, share, matrix.first)
        _by_frames(lambda n: sparse_kernels.softmax(given[n], first, goal[n]), len(score))
        ctx.save_for_backward(share)
        ctx.matrix = matrix
        return share

    @staticmethod
    @differentiable_once("a layer on a mesh on the CPU")
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        (share,) = ctx.saved_tensors
        result = torch.empty_like(share)
        shares, slopes, goal, first = _arrays(share, slope, result, ctx.matrix.first)
        pull = sparse_kernels.softmax_gradient
        _by_frames(lambda n: pull(shares[n], slopes[n], first, goal[n]), len(share))
        return result, None


def _spread(x: Tensor, first: Tensor, column: Tensor, value: Tensor, rows: int) -> Tensor:
    result = x.new_empty(len(x), rows, x.shape[2])
    source, goal, *matrix = _arrays(x, result, first, column, value)
    _by_frames(lambda n: sparse_kernels.spread(source[n], *matrix, goal[n]), len(x))
    return result


def _by_frames(work: Callable[[slice], None], count: int) -> None:
    in_parallel(work, blocks(count, most=MOST))


def _arrays(*tensors: Tensor) -> list[Any]:
    return [tensor.detach().contiguous().numpy() for tensor in tensors]
