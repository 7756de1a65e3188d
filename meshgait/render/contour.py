"""Contour coverage: how much of each pixel a mesh covers, from its contour edges alone.

Where a closed mesh covers a point n times, n of its front faces do, and their number is the
winding number of the edges between front and other faces: the contour. So only the contour is
integrated; see `meshgait.render.reference` for the integral. No depth, no blur, no sigma.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.mesh import Topology, topology
from meshgait.render import reference

SUBPIXELS = (1, 2, 4)
BACKENDS = ("auto", "reference")
FARTHEST_PX = 1e18  # products of two coordinates stay finite in float32


def coverage(
    vertices_px: Float[Tensor, "*batch V 2"],
    faces: Int[Tensor, "F 3"],
    size: tuple[int, int],
    *,
    subpixels: int = 2,
    backend: str = "auto",
) -> Float[Tensor, "*batch H W"]:
    """Share of each pixel that the mesh covers, in [0, 1], differentiable in the vertices.

    `vertices_px` are pixels from the top left corner, x first, as `Camera.project` returns them;
    `size` is (height, width). Several closed meshes with concatenated faces give their union.
    Parts outside the image are cut off; a mesh with holes takes twice the time.

    The area is exact where one layer of the mesh meets a pixel. Where two layers each cover a
    part of it their sum, at most 1, stands for the union; cutting each pixel into `subpixels`
    (1, 2 or 4) per side confines that error. A (sub)pixel covered to 1 - 1e-6 or more is
    saturated and passes no gradient.

    `backend` is "auto" or the name of one. Raises `ShapeError`, `DataError` (a face without its
    vertices, coordinates that are not finite) and `ConfigError`.

    >>> corners = torch.tensor([[1.0, 1.0], [3.0, 1.0], [1.0, 3.0]])
    >>> coverage(corners, torch.tensor([[0, 1, 2]]), (4, 4), subpixels=1)
    tensor([[0.0000, 0.0000, 0.0000, 0.0000],
            [0.0000, 1.0000, 0.5000, 0.0000],
            [0.0000, 0.5000, 0.0000, 0.0000],
            [0.0000, 0.0000, 0.0000, 0.0000]])
    """
    if subpixels not in SUBPIXELS:
        raise ConfigError(f"subpixels must be one of {SUBPIXELS}, got {subpixels!r}")
    if backend not in BACKENDS:
        raise ConfigError(f"no backend {backend!r}; there are {', '.join(BACKENDS)}")
    edges = checked_topology(vertices_px, faces, size)
    if vertices_px.shape[-1] != 2:
        raise ShapeError(f"vertices must be (*, V, 2) in pixels, got {tuple(vertices_px.shape)}")
    require_finite(vertices_px)
    batch = vertices_px.shape[:-2]
    flat = vertices_px.reshape(batch.numel(), *vertices_px.shape[-2:])
    image = reference.coverage(_at_least_single(flat), edges, size, subpixels=subpixels)
    return image.to(vertices_px.dtype).reshape(*batch, *size)


def checked_topology(
    vertices: Float[Tensor, "*batch V C"], faces: Int[Tensor, "F 3"], size: tuple[int, int]
) -> Topology:
    """The edges of `faces`, once shapes, indices and image size are known to fit together."""
    if vertices.ndim < 2 or not vertices.is_floating_point():
        what = f"{tuple(vertices.shape)} of {vertices.dtype}"
        raise ShapeError(f"vertices must be a floating-point (*, V, 2 or 3), got {what}")
    if len(size) != 2 or min(size) < 1:
        raise ShapeError(f"size must be a height and a width of 1 or more pixels, got {size}")
    if faces.ndim != 2 or faces.shape[-1] != 3:
        raise ShapeError(f"faces must be (F, 3), got {tuple(faces.shape)}")
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
        raise DataError(f"vertices hold NaN, infinity or coordinates beyond {FARTHEST_PX:.0e}")


def _at_least_single(vertices: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """Half precision has no subpixel at the far end of an image: compute in float32."""
    return vertices.float() if vertices.dtype in (torch.float16, torch.bfloat16) else vertices
