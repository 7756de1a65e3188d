"""SoftRas with numba, face by face; the twin is `softras_reference`."""

from __future__ import annotations

from typing import Any, no_type_check

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait._jit import kernel
from meshgait._threads import blocks, in_parallel
from meshgait.numerics import differentiable_once
from meshgait.render.softras_reference import EPSILON


def alpha(
    vertices: Float[Tensor, "N V 2"],
    faces: Int[Tensor, "F 3"],
    size: tuple[int, int],
    *,
    sigma: float,
    blur_radius: float,
) -> Float[Tensor, "N H W"]:
    """As `meshgait.render.softras`, whose checks it relies on."""
    corners = faces.clone(memory_format=torch.contiguous_format).numpy()
    image: Tensor = _Alpha.apply(vertices, corners, size, (2 / min(size), sigma, blur_radius))
    return image


class _Alpha(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        vertices: Float[Tensor, "N V 2"],
        corners: np.ndarray,
        size: tuple[int, int],
        units: tuple[float, float, float],
    ) -> Float[Tensor, "N H W"]:
        clear = vertices.new_ones(len(vertices), *size, dtype=torch.float64)
        points, pixels = vertices.detach().contiguous().numpy(), clear.numpy()
        none = np.empty((0, 0, 0), points.dtype)

        def draw(frames: slice) -> None:
            fade(points[frames], corners, units, pixels[frames], none, none)

        in_parallel(draw, blocks(len(points), most=4))
        ctx.save_for_backward(vertices, clear)
        ctx.corners, ctx.units = corners, units
        return (1 - clear).to(vertices.dtype)

    @staticmethod
    @differentiable_once("softras")
    def backward(ctx: Any, grad: Float[Tensor, "N H W"]) -> tuple[Tensor, None, None, None]:
        vertices, clear = ctx.saved_tensors
        points, pixels = vertices.detach().contiguous().numpy(), clear.numpy()
        result = torch.zeros_like(vertices, memory_format=torch.contiguous_format)
        slopes, total = grad.contiguous().numpy(), result.numpy()

        def add(frames: slice) -> None:
            part = (pixels[frames], slopes[frames], total[frames])
            fade(points[frames], ctx.corners, ctx.units, *part)

        in_parallel(add, blocks(len(points), most=4))
        return result, None, None, None


@kernel
@no_type_check
def _edge(a, b, short):
    """Vector from a to b, and 1 over its squared length or 0 where it counts as none."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    return dx, dy, 1 / square if square > short else 0.0


@kernel
@no_type_check
def _to_segment(x, y, edge):
    """Squared distance from a segment, place of its nearest point, and the way there.

    `x` and `y` lead from the start of the segment to the point.
    """
    dx, dy, inverse = edge
    t = min(max((x * dx + y * dy) * inverse, 0.0), 1.0) if inverse > 0 else 1.0
    px, py = t * dx - x, t * dy - y
    return px * px + py * py, t, px, py


@kernel
@no_type_check
def _bounds(a, b, c, reach, cells):
    """First and last pixel whose centre is at most `reach` from three coordinates."""
    first = np.ceil(min(max(min(a, b, c) - reach - 0.5, 0.0), cells * 1.0))
    last = np.floor(max(min(max(a, b, c) + reach - 0.5, cells - 1.0), -1.0))
    return int(first), int(last)


@kernel
@no_type_check
def fade(vertices, corners, units, clear, grad, result):
    """Multiply `clear` (N, H, W) by the transparency of every face.

    If `result` (N, V, 2) is not empty add to it the gradient of 1 - clear instead, times `grad`.
    """
    N, H, W = clear.shape
    scale, sigma, blur_radius = units
    # In pixels from here on.
    short, near, blur = EPSILON / scale**2, blur_radius / scale**2, sigma / scale**2
    for n in range(N):
        for f in range(len(corners)):
            p, q, r = np.uintp(corners[f, 0]), np.uintp(corners[f, 1]), np.uintp(corners[f, 2])
            a = (np.float64(vertices[n, p, 0]), np.float64(vertices[n, p, 1]))
            b = (np.float64(vertices[n, q, 0]), np.float64(vertices[n, q, 1]))
            c = (np.float64(vertices[n, r, 0]), np.float64(vertices[n, r, 1]))
            ab, ac, bc = _edge(a, b, short), _edge(a, c, short), _edge(b, c, short)
            whole = ab[1] * ac[0] - ab[0] * ac[1]
            if abs(whole) <= short:
                continue
            whole += short  # as PyTorch3D does; only its sign matters
            first, last = _bounds(a[0], b[0], c[0], np.sqrt(near), W)
            top, low = _bounds(a[1], b[1], c[1], np.sqrt(near), H)
            for row in range(top, low + 1):
                for column in range(first, last + 1):
                    ax, ay = column + 0.5 - a[0], row + 0.5 - a[1]
                    bx, by = column + 0.5 - b[0], row + 0.5 - b[1]
                    u = (bc[1] * bx - bc[0] * by) * whole
                    v = (ax * ac[1] - ay * ac[0]) * -whole
                    w = (ax * ab[1] - ay * ab[0]) * whole
                    inside = u > 0 and v > 0 and w > 0
                    square, t, px, py = _to_segment(ax, ay, ab)
                    i, j = p, q
                    other = _to_segment(ax, ay, ac)
                    if other[0] < square:
                        (square, t, px, py), j = other, r
                    other = _to_segment(bx, by, bc)
                    if other[0] < square:
                        (square, t, px, py), i, j = other, q, r
                    if not inside and square >= near:
                        continue
                    side = 1 if inside else -1
                    if len(result) == 0:
                        clear[n, row, column] /= 1 + np.exp(side * square / blur)
                        continue
                    slope = grad[n, row, column] * clear[n, row, column] * side
                    slope *= 2 / blur / (1 + np.exp(-side * square / blur))
                    result[n, i, 0] += slope * (1 - t) * px
                    result[n, i, 1] += slope * (1 - t) * py
                    result[n, j, 0] += slope * t * px
                    result[n, j, 1] += slope * t * py
