"""Coverage and masks in plain torch: the oracle of the fast kernels, and the fallback everywhere.

The area a closed curve encloses within the pixel of column c and row r is, by Green's theorem, the
integral of clip(x - c, 0, 1) dy along the part of the curve that lies in row r. So each contour
edge is cut at every integer y, then x; a piece in cell (r, c) tells its own pixel its share and,
through a running sum along the row, all pixels to its right that they are crossed in full.

Moving the curve changes a pixel only where the curve passes through it, at the speed of its normal
(Reynolds' transport theorem): the gradient is one more sum over the same pieces.
"""

from __future__ import annotations

import weakref
from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from meshgait.mesh import Topology
from meshgait.numerics import differentiable_once
from meshgait.render.rules import SATURATED, require_finite

_CHUNK = 32  # frames at a time: what they need stays in the cache


class Edges(NamedTuple):
    """One topology on one device: `ends` and `faces` of each edge, and the triangles' corners."""

    ends: Int[Tensor, "E 2"]
    faces: Int[Tensor, "E 2"]
    corners: Int[Tensor, "F 3"]
    sides: int  # 1 if closed; else back faces must be looked at too


class Pieces(NamedTuple):
    """Parts [t0, t1] of directed edges, each within one pixel (row * W + column) of one image."""

    edge: Int[Tensor, " M"]
    t0: Float[Tensor, " M"]
    t1: Float[Tensor, " M"]
    row: Int[Tensor, " M"]
    column: Int[Tensor, " M"]


_edges: weakref.WeakKeyDictionary[Topology, dict[torch.device, Edges]] = weakref.WeakKeyDictionary()


def coverage(
    vertices: Float[Tensor, "N V 2"], topology: Topology, size: tuple[int, int], *, subpixels: int
) -> Float[Tensor, "N H W"]:
    """As `meshgait.render.coverage`, whose checks it relies on."""
    require_finite(vertices)
    edges = edges_of(topology, vertices.device)
    fine = (size[0] * subpixels, size[1] * subpixels)
    images = [_Coverage.apply(part * subpixels, edges, fine) for part in vertices.split(_CHUNK)]
    image = torch.cat(images)
    return image.unflatten(1, (size[0], subpixels)).unflatten(3, (size[1], subpixels)).mean((2, 4))


def mask(
    vertices: Float[Tensor, "N V 2"], topology: Topology, size: tuple[int, int]
) -> Bool[Tensor, "N H W"]:
    """As `meshgait.render.mask`: add up along each row where the contour crosses its centre."""
    require_finite(vertices)
    edges = edges_of(topology, vertices.device)
    images = [_winding(part, edges, size).amax(0) > 0 for part in vertices.split(_CHUNK)]
    return torch.cat(images)


def _winding(
    vertices: Float[Tensor, "N V 2"], edges: Edges, size: tuple[int, int]
) -> Int[Tensor, "S N H W"]:
    """How many layers of each side lie over the centre of each pixel."""
    (H, W), N = size, len(vertices)
    image, ends = contour(vertices, edges)
    p, q = vertices.reshape(-1, 2).double()[ends].unbind(1)
    # Pixel centres at or after p and before q: a vertex on a row of centres is crossed once.
    first, last = ((y - 0.5).ceil().clamp(0, H).long() for y in (p[:, 1], q[:, 1]))
    count = (last - first).abs()
    edge = torch.arange(len(p), device=p.device).repeat_interleave(count)
    place = torch.arange(len(edge), device=p.device) - (count.cumsum(0) - count)[edge]
    row = torch.minimum(first, last)[edge] + place
    p, q = p[edge], q[edge]
    x = p[:, 0] + (row + 0.5 - p[:, 1]) / (q[:, 1] - p[:, 1]) * (q[:, 0] - p[:, 0])
    column = (x - 0.5).ceil().clamp(0, W).long()
    layers = torch.zeros(edges.sides * N * H * (W + 1), dtype=torch.int32, device=p.device)
    cell = (image[edge] * H + row) * (W + 1) + column
    layers.index_add_(0, cell, (first - last).sign()[edge].int())
    layers = layers.view(edges.sides, N, H, W + 1).cumsum(-1, dtype=torch.int32)
    return layers[..., :W]


def edges_of(topology: Topology, device: torch.device) -> Edges:
    """A topology as tensors; made once per device."""
    known = _edges.setdefault(topology, {})
    if device not in known:
        arrays = (topology.edges, topology.edge_faces, topology.faces)
        ends, faces, corners = (torch.from_numpy(array).to(device) for array in arrays)
        known[device] = Edges(ends, faces, corners, 2 - topology.is_closed)
    return known[device]


class _Coverage(torch.autograd.Function):
    """Coverage by the contour of each frame, and its gradient by a walk along the same contour."""

    @staticmethod
    def forward(
        ctx: Any, vertices: Float[Tensor, "N V 2"], edges: Edges, size: tuple[int, int]
    ) -> Float[Tensor, "N H W"]:
        image, ends = contour(vertices, edges)
        points = vertices.reshape(-1, 2)
        start, along = points[ends[:, 0]], points[ends[:, 1]] - points[ends[:, 0]]
        pieces = _cut_into_pixels(start, along, size)
        layers = _accumulate(start, along, image, pieces, (edges.sides, len(vertices), *size))
        # Holes show the back of faces whose front nobody sees: where the two sides differ, the
        # one with more layers has no hole there.
        most, side = layers.max(dim=0)
        result = most.clamp(0, 1)
        ctx.save_for_backward(image, ends, along, side, result, *pieces)
        ctx.shape = vertices.shape
        return result

    @staticmethod
    @differentiable_once("coverage")
    def backward(ctx: Any, grad: Float[Tensor, "N H W"]) -> tuple[Tensor, None, None]:
        image, ends, along, side, result, *saved = ctx.saved_tensors
        pieces = Pieces(*saved)
        grad = grad.masked_fill(result >= SATURATED, 0)
        frame, layer = image[pieces.edge] % len(grad), image[pieces.edge] // len(grad)
        inside = pieces.column.clamp(min=0)
        field = grad[frame, pieces.row, inside]
        counts = (pieces.column >= 0) & (side[frame, pieces.row, inside] == layer)
        field = torch.where(counts, field, 0)
        whole, late = field.new_zeros(2, len(ends)).unbind()
        whole = whole.index_add(0, pieces.edge, field * (pieces.t1 - pieces.t0))
        late = late.index_add(0, pieces.edge, field * (pieces.t1**2 - pieces.t0**2) / 2)
        normal = torch.stack([along[:, 1], -along[:, 0]], dim=1)
        result = grad.new_zeros(ctx.shape).view(-1, 2)
        result.index_add_(0, ends[:, 0], normal * (whole - late)[:, None])
        result.index_add_(0, ends[:, 1], normal * late[:, None])
        return result.view(ctx.shape), None, None


def contour(
    vertices: Float[Tensor, "N V 2"], edges: Edges
) -> tuple[Int[Tensor, " K"], Int[Tensor, "K 2"]]:
    """Contour edges of all frames: image (side * N + frame) and directed ends into (N * V).

    Side 0 is the contour of the front faces; a mesh that is not closed also has side 1, that of
    the back faces. Every edge runs so that its face encloses positive area.
    """
    N, V, _ = vertices.shape
    a, b, c = vertices[:, edges.corners].unbind(2)
    ab, ac = b - a, c - a
    area = ab[..., 0] * ac[..., 1] - ab[..., 1] * ac[..., 0]
    sides = [area > 0] if edges.sides == 1 else [area > 0, area < 0]
    # One more face that is never seen lies beyond open edges, where the index is -1.
    seen = torch.nn.functional.pad(torch.stack(sides), (0, 1))
    left, right = seen[..., edges.faces[:, 0]], seen[..., edges.faces[:, 1]]
    side, frame, edge = (left != right).nonzero(as_tuple=True)
    ends = edges.ends[edge] + (frame * V)[:, None]
    reverse = right[side, frame, edge] ^ (side == 1)
    return side * N + frame, torch.where(reverse[:, None], ends.flip(1), ends)


def _cut_into_pixels(
    start: Float[Tensor, "K 2"], along: Float[Tensor, "K 2"], size: tuple[int, int]
) -> Pieces:
    """Cut edges into pieces of one pixel; column -1 is everything left of the image."""
    zero, one = start.new_zeros(len(start)), start.new_ones(len(start))
    edge, t0, t1, row = _cut(start[:, 1], along[:, 1], (zero, one), size[0])
    keep = (row >= 0) & (row < size[0])
    edge, t0, t1, row = edge[keep], t0[keep], t1[keep], row[keep]
    piece, t0, t1, column = _cut(start[edge, 0], along[edge, 0], (t0, t1), size[1])
    keep = column < size[1]
    piece = piece[keep]
    return Pieces(edge[piece], t0[keep], t1[keep], row[piece], column[keep])


def _cut(
    start: Float[Tensor, " M"],
    along: Float[Tensor, " M"],
    span: tuple[Float[Tensor, " M"], Float[Tensor, " M"]],
    cells: int,
) -> tuple[Int[Tensor, " L"], Float[Tensor, " L"], Float[Tensor, " L"], Int[Tensor, " L"]]:
    """Cut each start + t * along, t in `span`, at the integers 0 ... cells: parent, t0, t1, cell.

    The cells -1 and `cells` hold all that lies before and behind. Parts follow one another
    without gap or overlap, whatever the rounding, so closed curves stay closed.
    """
    t0, t1 = span
    base = start.floor()  # the rest is counted from here: no digits are lost far down the image
    cells_at = ((start - base + t * along).floor() + base for t in span)
    first, last = (cell.clamp(-1, cells).long() for cell in cells_at)
    count = (last - first).abs() + 1
    parent = torch.arange(len(start), device=start.device).repeat_interleave(count)
    place = torch.arange(len(parent), device=start.device) - (count.cumsum(0) - count)[parent]
    step = (last - first).sign()[parent]
    cell = first[parent] + place * step
    border = cell + (step > 0).long()
    leave = ((border - start[parent]) / along[parent]).clamp(t0[parent], t1[parent])
    leave = torch.where(place == count[parent] - 1, t1[parent], leave)
    enter = torch.where(place == 0, t0[parent], leave.roll(1))
    return parent, enter, leave, cell


def _accumulate(
    start: Float[Tensor, "K 2"],
    along: Float[Tensor, "K 2"],
    image: Int[Tensor, " K"],
    pieces: Pieces,
    shape: tuple[int, int, int, int],
) -> Float[Tensor, "S N H W"]:
    """How often each pixel is covered, by one sum over the pieces and one along the rows."""
    S, N, H, W = shape
    edge = pieces.edge
    height = (pieces.t0 - pieces.t1) * along[edge, 1]
    middle = (start[edge, 0] - pieces.column) + (pieces.t0 + pieces.t1) / 2 * along[edge, 0]
    rest = height * middle.clamp(0, 1)
    sums = start.new_zeros(S * N * H * (W + 2))
    pixel = (image[edge] * H + pieces.row) * (W + 2) + pieces.column + 1
    sums.index_add_(0, pixel, height - rest)
    sums.index_add_(0, pixel + 1, rest)
    return sums.view(S, N, H, W + 2).cumsum(-1)[..., 1:-1]
