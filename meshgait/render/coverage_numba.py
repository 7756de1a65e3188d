"""Contour coverage with numba, in blocks of frames on our own threads."""

from __future__ import annotations

import functools
from typing import Any, no_type_check

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from meshgait._jit import kernel
from meshgait._threads import blocks, in_parallel
from meshgait.mesh import Topology
from meshgait.numerics import differentiable_once
from meshgait.render.contour_numba import LANES, contour, tables
from meshgait.render.coverage_kernels import ROWS, cover


def coverage(
    vertices: Float[Tensor, "N V 2"], topology: Topology, size: tuple[int, int], *, subpixels: int
) -> Float[Tensor, "N H W"]:
    """As `meshgait.render.coverage`, whose checks it relies on."""
    image: Tensor = _Coverage.apply(vertices, topology, size, subpixels)
    return image


class _Coverage(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        vertices: Float[Tensor, "N V 2"],
        topology: Topology,
        size: tuple[int, int],
        subpixels: int,
    ) -> Float[Tensor, "N H W"]:
        table, keep = tables(topology), ctx.needs_input_grad[0]
        ctx.save_for_backward(vertices)
        image = vertices.new_empty(len(vertices), *size)
        points, pixels = vertices.detach().contiguous().numpy(), image.numpy()
        cells = _cell_pixels(size, subpixels)

        def render(frames: slice) -> tuple[slice, Any]:
            found = contour(points[frames], table)
            return frames, cover(points[frames], *found, cells, subpixels, keep, pixels[frames])

        pieces = in_parallel(render, blocks(len(points), most=LANES))
        ctx.pieces = pieces if keep else None
        return image

    @staticmethod
    @differentiable_once("coverage")
    def backward(ctx: Any, grad: Float[Tensor, "N H W"]) -> tuple[Tensor, None, None, None]:
        vertices = ctx.saved_tensors[0].detach().contiguous()
        # torch would fill 0 with OpenMP, whose threads fight ours for the cores.
        points = vertices.numpy()
        total = np.zeros_like(points)
        slopes = grad.flatten(1).contiguous().numpy()

        def add(block: tuple[slice, Any]) -> None:
            frames, pieces = block
            gradient(points[frames], slopes[frames], *pieces, total[frames])

        in_parallel(add, ctx.pieces)
        return torch.from_numpy(total), None, None, None


@functools.lru_cache(maxsize=16)
def _cell_pixels(size: tuple[int, int], subpixels: int) -> np.ndarray:
    """The pixel of each cell, with H * W for cells outside the image."""
    H, W = size
    pixels = np.full((H * subpixels + 2 + ROWS, W * subpixels + 3), H * W, np.uint32)
    inside = np.arange(H * W, dtype=np.uint32).reshape(size)
    inside = inside.repeat(subpixels, axis=0).repeat(subpixels, axis=1)
    pixels[1 : H * subpixels + 1, 1 : W * subpixels + 1] = inside
    return pixels.ravel()


@kernel
@no_type_check
def gradient(vertices, grad, starts, places, weights, result):
    """Add to `result` (N, V, 2) the gradient of what the kept pieces carry; `grad` (N, H * W)."""
    for n in range(len(vertices)):
        for k in range(starts[n], starts[n + 1]):
            p, q = places[1, k], places[2, k]
            slope = grad[n, places[0, k]]
            x = slope * (vertices[n, q, 1] - vertices[n, p, 1])
            y = slope * (vertices[n, p, 0] - vertices[n, q, 0])
            result[n, p, 0] += x * weights[0, k]
            result[n, p, 1] += y * weights[0, k]
            result[n, q, 0] += x * weights[1, k]
            result[n, q, 1] += y * weights[1, k]
