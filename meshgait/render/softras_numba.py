"""SoftRas with numba, face by face; the twin is `softras_reference`."""

from __future__ import annotations

from typing import Any, no_type_check

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.autograd.function import once_differentiable

from meshgait.render.jit import kernel
from meshgait.render.softras_reference import EPSILON
from meshgait.render.threads import blocks, in_parallel


def alpha(
    vertices: Float[Tensor, "N V 2"],
    faces: Int[Tensor, "F 3"],
    size: tuple[int, int],
    *,
    sigma: float,
    blur_radius: float,
) -> Float[Tensor, "N H W"]:
    """As `meshgait.render.softras`, whose checks it relies on."""
    corners = faces.to(torch.int64).contiguous().numpy()
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
    @once_differentiable
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
def _to_segment(x, y, a, b, short):
    """Squared distance of a point from a segment, and where on it the nearest point lies."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square, t = dx * dx + dy * dy, 1.0
    if square > short:
        t = min(max(((x - a[0]) * dx + (y - a[1]) * dy) / square, 0.0), 1.0)
    px, py = a[0] + t * dx - x, a[1] + t * dy - y
    return px * px + py * py, t, px, py


@kernel
@no_type_check
def _is_inside(x, y, a, b, c, epsilon):
    """Whether PyTorch3D's weights, whose area is a little off, are all positive."""
    u = (c[0] - x) * (b[1] - y) - (c[1] - y) * (b[0] - x)
    v = (a[0] - x) * (c[1] - y) - (a[1] - y) * (c[0] - x)
    w = (b[0] - x) * (a[1] - y) - (b[1] - y) * (a[0] - x)
    area = u + v + w + epsilon
    return u / area > 0 and v / area > 0 and w / area > 0


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
    square_scale, reach, short = scale * scale, np.sqrt(blur_radius) / scale, EPSILON / scale**2
    for n in range(N):
        for f in range(len(corners)):
            p, q, r = corners[f]
            a = (np.float64(vertices[n, p, 0]), np.float64(vertices[n, p, 1]))
            b = (np.float64(vertices[n, q, 0]), np.float64(vertices[n, q, 1]))
            c = (np.float64(vertices[n, r, 0]), np.float64(vertices[n, r, 1]))
            if abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) <= short:
                continue
            first, last = _bounds(a[0], b[0], c[0], reach, W)
            top, low = _bounds(a[1], b[1], c[1], reach, H)
            for row in range(top, low + 1):
                for column in range(first, last + 1):
                    x, y = column + 0.5, row + 0.5
                    (square, t, px, py), i, j = _to_segment(x, y, a, b, short), p, q
                    for other, k, m in (
                        (_to_segment(x, y, a, c, short), p, r),
                        (_to_segment(x, y, b, c, short), q, r),
                    ):
                        if other[0] < square:
                            (square, t, px, py), i, j = other, k, m
                    square *= square_scale
                    inside = _is_inside(x, y, a, b, c, short)
                    if not inside and square >= blur_radius:
                        continue
                    side = 1 if inside else -1
                    if len(result) == 0:
                        clear[n, row, column] /= 1 + np.exp(side * square / sigma)
                        continue
                    slope = grad[n, row, column] * clear[n, row, column] * side
                    slope *= 2 * square_scale / sigma / (1 + np.exp(-side * square / sigma))
                    result[n, i, 0] += slope * (1 - t) * px
                    result[n, i, 1] += slope * (1 - t) * py
                    result[n, j, 0] += slope * t * px
                    result[n, j, 1] += slope * t * py
