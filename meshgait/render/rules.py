"""What every implementation of rendering agrees on."""

from __future__ import annotations

from numbers import Integral
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait.errors import DataError, ShapeError
from meshgait.mesh import Topology, topology, whole_faces

# A (sub)pixel covered so far passes no gradient. About 1 - 1e-6, and the same number in float32.
SATURATED = 1 - 2**-20
FARTHEST_PX = 1e18  # products of two coordinates stay finite in float32
NOT_FINITE = f"vertices hold NaN, infinity or coordinates beyond {FARTHEST_PX:.0e}"


class Drawing(NamedTuple):
    """Frames of vertices that belong to triangles, and those triangles, of indices that fit."""

    vertices: Float[Tensor, "N V C"]
    faces: Int[Tensor, "F 3"]
    topology: Topology


def as_drawing(
    vertices: Float[Tensor, "*batch V C"],
    faces: Int[Tensor, "F 3"],
    size: tuple[int, int],
    *,
    axes: int,
) -> Drawing:
    """What can be drawn, once shapes, indices and image size are known to fit together.

    Vertices of no triangle are left out, wherever they are. At least float32: half has no
    subpixels far down an image. `axes` is how many coordinates a vertex has.
    """
    if vertices.ndim < 2 or vertices.shape[-1] != axes or not vertices.is_floating_point():
        what = f"{tuple(vertices.shape)} of {vertices.dtype}"
        meaning = {2: "x and y in pixels", 3: "x, y and depth"}[axes]
        raise ShapeError(f"vertices must be a floating-point (*, V, {axes}), {meaning}; got {what}")
    whole = isinstance(size, tuple) and all(isinstance(side, (int, Integral)) for side in size)
    if not whole or len(size) != 2 or min(size) < 1:
        what = "a tuple of a height and a width, whole numbers of 1 or more pixels"
        raise ShapeError(f"size must be {what}, got {size}")
    found, V = topology(faces), vertices.shape[-2]
    if found.num_vertices == 0:
        raise DataError("a mesh without faces covers nothing; pass at least one face")
    if found.num_vertices > V:
        raise DataError(f"faces name vertex {found.num_vertices - 1}, but there are only {V}")
    flat = vertices.reshape(vertices.shape[:-2].numel(), V, axes)
    flat = flat.float() if flat.dtype in (torch.float16, torch.bfloat16) else flat
    faces = whole_faces(faces).to(vertices.device)
    if len(found.used_vertices) < V:
        flat = flat[:, torch.from_numpy(found.used_vertices).to(flat.device)]
        found = found.compact
        faces = torch.from_numpy(found.faces).to(flat.device)
    return Drawing(flat, faces, found)


def require_finite(vertices: Float[Tensor, "..."]) -> None:
    """Raise `DataError` unless every coordinate is a number that can be drawn."""
    if vertices.numel() and not bool((vertices.detach().abs() < FARTHEST_PX).all()):
        raise DataError(NOT_FINITE)
