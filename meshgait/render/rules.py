"""What every implementation of rendering agrees on."""

from __future__ import annotations

from numbers import Integral

import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait.errors import DataError, ShapeError
from meshgait.mesh import Topology, topology

# A (sub)pixel covered so far passes no gradient. About 1 - 1e-6, and the same number in float32.
SATURATED = 1 - 2**-20
FARTHEST_PX = 1e18  # products of two coordinates stay finite in float32
NOT_FINITE = f"vertices hold NaN, infinity or coordinates beyond {FARTHEST_PX:.0e}"


def checked_topology(
    vertices: Float[Tensor, "*batch V C"], faces: Int[Tensor, "F 3"], size: tuple[int, int]
) -> Topology:
    """The edges of `faces`, once shapes, indices and image size are known to fit together."""
    if vertices.ndim < 2 or not vertices.is_floating_point():
        what = f"{tuple(vertices.shape)} of {vertices.dtype}"
        raise ShapeError(f"vertices must be a floating-point (*, V, 2 or 3), got {what}")
    whole = isinstance(size, tuple) and all(isinstance(side, Integral) for side in size)
    if not whole or len(size) != 2 or min(size) < 1:
        what = "a tuple of a height and a width, whole numbers of 1 or more pixels"
        raise ShapeError(f"size must be {what}, got {size}")
    if faces.ndim != 2 or faces.shape[-1] != 3 or faces.is_floating_point():
        what = f"{tuple(faces.shape)} of {faces.dtype}"
        raise ShapeError(f"faces must be whole numbers (F, 3), got {what}")
    found = topology(faces)
    if found.num_vertices == 0:
        raise DataError("a mesh without faces covers nothing; pass at least one face")
    if found.num_vertices > vertices.shape[-2]:
        last, have = found.num_vertices - 1, vertices.shape[-2]
        raise DataError(f"faces name vertex {last}, but there are only {have} vertices")
    return found


def require_finite(vertices: Float[Tensor, "..."]) -> None:
    """Raise `DataError` unless every coordinate is a number that can be drawn."""
    if vertices.numel() and not bool((vertices.detach().abs() < FARTHEST_PX).all()):
        raise DataError(NOT_FINITE)


def require_pixels(vertices_px: Float[Tensor, "*batch V C"]) -> None:
    """Raise `ShapeError` unless vertices have two coordinates."""
    if vertices_px.shape[-1] != 2:
        raise ShapeError(f"vertices must be (*, V, 2) in pixels, got {tuple(vertices_px.shape)}")


def as_frames(vertices: Float[Tensor, "*batch V C"]) -> Float[Tensor, "N V C"]:
    """One leading dimension and at least float32: half has no subpixels far down an image."""
    flat = vertices.reshape(vertices.shape[:-2].numel(), *vertices.shape[-2:])
    return flat.float() if flat.dtype in (torch.float16, torch.bfloat16) else flat
