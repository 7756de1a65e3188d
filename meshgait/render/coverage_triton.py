"""Contour coverage on CUDA devices: the integral of `meshgait.render.reference`, an edge per lane.

One kernel says which faces are seen, one walks along the contour and adds every piece to the sums
of its row, torch adds those up; backwards the same walk reads the gradient where it wrote.
"""

from __future__ import annotations

from typing import Any, no_type_check

import torch
import triton
import triton.language as tl
from jaxtyping import Float, Int
from torch import Tensor

from meshgait.mesh import Topology
from meshgait.numerics import differentiable_once
from meshgait.render.reference import Edges, edges_of
from meshgait.render.rules import SATURATED, require_finite

BLOCK = 128
MOST_CELLS = 2**26  # of sums at a time: 256 MiB, and as much again to add them up


def coverage(
    vertices: Float[Tensor, "N V 2"], topology: Topology, size: tuple[int, int], *, subpixels: int
) -> Float[Tensor, "N H W"]:
    """As `meshgait.render.coverage`, whose checks it relies on."""
    require_finite(vertices)
    edges = edges_of(topology, vertices.device)
    fine = (size[0] * subpixels, size[1] * subpixels)
    frames = max(1, MOST_CELLS // (edges.sides * fine[0] * (fine[1] + 3)))
    parts = (vertices * subpixels).contiguous().split(frames)
    image = torch.cat([_Coverage.apply(part, edges, fine) for part in parts])
    return image.unflatten(1, (size[0], subpixels)).unflatten(3, (size[1], subpixels)).mean((2, 4))


class _Coverage(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, vertices: Float[Tensor, "N V 2"], edges: Edges, size: tuple[int, int]
    ) -> Float[Tensor, "N H W"]:
        seen = _seen_faces(vertices, edges)
        sums = vertices.new_zeros(len(seen), size[0], size[1] + 3)
        _launch(vertices, edges, seen, sums)
        layers = sums.cumsum(-1)[..., 1:-2].unflatten(0, (edges.sides, len(vertices)))
        most, side = layers.max(dim=0)
        image = most.clamp(0, 1)
        ctx.save_for_backward(vertices, seen, image, side)
        ctx.edges = edges
        return image

    @staticmethod
    @differentiable_once("coverage")
    def backward(ctx: Any, grad: Float[Tensor, "N H W"]) -> tuple[Tensor, None, None]:
        vertices, seen, image, side = ctx.saved_tensors
        grad = grad.masked_fill(image >= SATURATED, 0)
        field = grad.new_zeros(ctx.edges.sides, *grad.shape[:2], grad.shape[2] + 3)
        field[..., 1:-2].scatter_(0, side[None], grad[None])
        result = torch.zeros_like(vertices)
        _launch(vertices, ctx.edges, seen, field.flatten(0, 1), result)
        return result, None, None


def _seen_faces(vertices: Float[Tensor, "N V 2"], edges: Edges) -> Int[Tensor, "I G"]:
    """1 for faces seen by image side * N + frame; the last column is the face beyond open edges."""
    N, V, _ = vertices.shape
    F = len(edges.corners)
    seen = vertices.new_zeros(edges.sides * N, F + 1, dtype=torch.int8)
    if N:
        grid = (edges.sides * N, triton.cdiv(F, BLOCK))
        _face[grid](vertices, edges.corners, seen, N, V, F, BLOCK)
    return seen


def _launch(
    vertices: Float[Tensor, "N V 2"],
    edges: Edges,
    seen: Int[Tensor, "I G"],
    field: Float[Tensor, "I H S"],
    result: Float[Tensor, "N V 2"] | None = None,
) -> None:
    """Add the contour to the sums in `field`, or with a `result` read it and add to that."""
    (N, V, _), E, F = vertices.shape, len(edges.ends), len(edges.corners)
    if N:
        grid = (len(seen), triton.cdiv(E, BLOCK))
        _walk[grid](
            vertices, edges.ends, edges.faces, seen, field, vertices if result is None else result,
            N, V, E, F, field.shape[1], field.shape[2] - 3, result is not None, BLOCK,
        )  # fmt: skip


@triton.jit
@no_type_check
def _face(vertices, corners, seen, N, V, F, BLOCK: tl.constexpr):
    """Mark the faces of one image that turn their front, or on side 1 their back, to it."""
    image = tl.program_id(0).to(tl.int64)
    f = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    used = f < F
    cloud = vertices + image % N * V * 2
    a = cloud + 2 * tl.load(corners + 3 * f, mask=used, other=0)
    b = cloud + 2 * tl.load(corners + 3 * f + 1, mask=used, other=0)
    c = cloud + 2 * tl.load(corners + 3 * f + 2, mask=used, other=0)
    ax, ay = tl.load(a), tl.load(a + 1)
    area = (tl.load(b) - ax) * (tl.load(c + 1) - ay) - (tl.load(b + 1) - ay) * (tl.load(c) - ax)
    area = tl.where(image >= N, -area, area)
    tl.store(seen + image * (F + 1) + f, (area > 0).to(tl.int8), mask=used)


@triton.jit
@no_type_check
def _contour_edge(ends, faces, seen, is_back, E, F, BLOCK: tl.constexpr):
    """Which edges of a block lie between a face that is seen and one that is not, and their ends.

    They run so that the area they go round is positive.
    """
    e = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    left = tl.load(faces + 2 * e, mask=e < E, other=0)
    right = tl.load(faces + 2 * e + 1, mask=e < E, other=0)
    left = tl.load(seen + tl.where(left < 0, F, left))
    right = tl.load(seen + tl.where(right < 0, F, right))
    walks = (e < E) & (left != right)
    first = tl.where(is_back, 1 - right, right)
    p = tl.load(ends + 2 * e + first, mask=walks, other=0)
    return walks, p, tl.load(ends + 2 * e + 1 - first, mask=walks, other=0)


@triton.jit
@no_type_check
def _cell(x, cells):
    """The cell of a coordinate: -1 for all before the image, `cells` for all behind it."""
    return tl.floor(tl.minimum(tl.maximum(x, -1.0), cells)).to(tl.int32)


@triton.jit
@no_type_check
def _walk(  # noqa: PLR0917 a kernel has no keywords
    vertices, ends, faces, seen, field, result,
    N, V, E, F, H, W, BACKWARD: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """Walk along contour edges, each in its lane, from one border of a pixel to the next.

    Coordinates count from the corner of the first cell on: no digits are lost down the image.
    """
    image = tl.program_id(0).to(tl.int64)
    walks, p, q = _contour_edge(ends, faces, seen + image * (F + 1), image >= N, E, F, BLOCK)
    cloud = vertices + image % N * V * 2
    x0, y0 = tl.load(cloud + 2 * p), tl.load(cloud + 2 * p + 1)
    x1, y1 = tl.load(cloud + 2 * q), tl.load(cloud + 2 * q + 1)
    column, row, last_column, last_row = _cell(x0, W), _cell(y0, H), _cell(x1, W), _cell(y1, H)
    start_column, start_row = column, row
    x1, y1 = x1 - column.to(x1.dtype), y1 - row.to(y1.dtype)
    x0, y0 = x0 - column.to(x0.dtype), y0 - row.to(y0.dtype)
    dx, dy = x1 - x0, y1 - y0
    t, x, y = tl.zeros_like(x0), x0, y0
    whole, late = tl.zeros_like(x0), tl.zeros_like(x0)
    sums = field + image * H * (W + 3)
    while tl.max(walks.to(tl.int32), axis=0) > 0:
        # The next border in each direction, if there is one, and when the walk gets there.
        across, down = column != last_column, row != last_row
        x_cut = (column - start_column + (column < last_column).to(tl.int32)).to(x0.dtype)
        y_cut = (row - start_row + (row < last_row).to(tl.int32)).to(x0.dtype)
        tx = tl.where(across, (x_cut - x0) / tl.where(across, dx, 1.0), 2.0)
        ty = tl.where(down, (y_cut - y0) / tl.where(down, dy, 1.0), 2.0)
        by_row, by_column = down & (ty <= tx), across & (tx < ty)
        t_next = tl.minimum(tl.maximum(tl.minimum(tl.minimum(tx, ty), 1.0), t), 1.0)
        x_next = tl.where(by_column, x_cut, tl.where(by_row, x0 + t_next * dx, x1))
        y_next = tl.where(by_row, y_cut, tl.where(by_column, y0 + t_next * dy, y1))
        inside = walks & (row >= 0) & (row < H)
        cell = sums + row.to(tl.int64) * (W + 3) + column + 1
        if BACKWARD:
            slope = tl.load(cell, mask=inside, other=0.0)
            whole += slope * (t_next - t)
            late += slope * (t_next * t_next - t * t) * 0.5
        else:
            height = y - y_next
            middle = (x + x_next) * 0.5 - (column - start_column).to(x0.dtype)
            rest = height * tl.minimum(tl.maximum(middle, 0.0), 1.0)
            tl.atomic_add(cell, height - rest, mask=inside)
            tl.atomic_add(cell + 1, rest, mask=inside)
        walks = walks & (by_row | by_column)
        t, x, y = t_next, x_next, y_next
        column += tl.where(by_column, tl.where(column < last_column, 1, -1), 0)
        row += tl.where(by_row, tl.where(row < last_row, 1, -1), 0)
    if BACKWARD:
        walked = whole != 0.0
        goal = result + image % N * V * 2
        tl.atomic_add(goal + 2 * p, dy * (whole - late), mask=walked)
        tl.atomic_add(goal + 2 * p + 1, -dx * (whole - late), mask=walked)
        tl.atomic_add(goal + 2 * q, dy * late, mask=walked)
        tl.atomic_add(goal + 2 * q + 1, -dx * late, mask=walked)
