"""Contour coverage with numba, in blocks of frames on our own threads."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from meshgait.mesh import Topology
from meshgait.render.contour_numba import LANES, contour, tables
from meshgait.render.coverage_kernels import ROWS, cover, gradient
from meshgait.render.threads import blocks, in_parallel


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
    @once_differentiable
    def backward(ctx: Any, grad: Float[Tensor, "N H W"]) -> tuple[Tensor, None, None, None]:
        vertices = ctx.saved_tensors[0].detach().contiguous()
        result = torch.zeros_like(vertices)
        points, total = vertices.numpy(), result.numpy()
        slopes = grad.flatten(1).contiguous().numpy()

        def add(block: tuple[slice, Any]) -> None:
            frames, pieces = block
            gradient(points[frames], slopes[frames], *pieces, total[frames])

        in_parallel(add, ctx.pieces)
        return result, None, None, None


@functools.lru_cache(maxsize=16)
def _cell_pixels(size: tuple[int, int], subpixels: int) -> np.ndarray:
    """The pixel of each cell, with H * W for cells outside the image."""
    H, W = size
    pixels = np.full((H * subpixels + 2 + ROWS, W * subpixels + 3), H * W, np.uint32)
    inside = np.arange(H * W, dtype=np.uint32).reshape(size)
    inside = inside.repeat(subpixels, axis=0).repeat(subpixels, axis=1)
    pixels[1 : H * subpixels + 1, 1 : W * subpixels + 1] = inside
    return pixels.ravel()
