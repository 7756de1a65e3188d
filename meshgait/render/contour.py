"""Contour coverage: how much of each pixel a mesh covers, from its contour edges alone.

Where a closed mesh covers a point n times, n of its front faces do, and their number is the
winding number of the edges between front and other faces: the contour. So only the contour is
integrated; see `meshgait.render.reference` for the integral. No depth, no blur, no sigma.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait.errors import ConfigError
from meshgait.numerics import in_full_precision, uncompiled
from meshgait.render.backend import Choice, choice, implementation
from meshgait.render.rules import as_drawing

SUBPIXELS = (1, 2, 4)
MODULES = {
    "triton": "coverage_triton",
    "numba": "coverage_numba",
    "reference": "reference",
}


@uncompiled
@in_full_precision
def coverage(
    vertices_px: Float[Tensor, "*batch V 2"],
    faces: Int[Tensor, "F 3"],
    size: tuple[int, int],
    *,
    subpixels: int = 1,
    backend: str = "auto",
) -> Float[Tensor, "*batch H W"]:
    """Share of each pixel that the mesh covers, in [0, 1], differentiable in the vertices.

    `vertices_px` are pixels from the top left corner, x first, as `Camera.project` returns them;
    `size` is (height, width). How triangles are wound or how often they are listed does not matter,
    unless a mesh has holes and pieces that share no vertex: those must be wound alike. Several
    closed meshes with concatenated faces give their union. Parts outside the image are cut off; a
    mesh with holes takes twice the time.

    The area is exact where one layer of the mesh meets a pixel. Where two layers each cover a
    part of it their sum, at most 1, stands for the union; cutting each pixel into `subpixels`
    (1, 2 or 4) per side confines that error. A (sub)pixel covered to 1 - 2**-20 or
    more is saturated and passes no gradient. Second derivatives are refused, with `ConfigError`.

    `backend` is "auto" or the name of one. Raises `ShapeError`, `DataError` (a face without its
    vertices, coordinates that are not finite) and `ConfigError`.

    >>> import torch
    >>> corners = torch.tensor([[1.0, 1.0], [3.0, 1.0], [1.0, 3.0]])
    >>> coverage(corners, torch.tensor([[0, 1, 2]]), (4, 4), subpixels=1)
    tensor([[0.0000, 0.0000, 0.0000, 0.0000],
            [0.0000, 1.0000, 0.5000, 0.0000],
            [0.0000, 0.5000, 0.0000, 0.0000],
            [0.0000, 0.0000, 0.0000, 0.0000]])
    """
    if subpixels not in SUBPIXELS:
        raise ConfigError(f"subpixels must be one of {SUBPIXELS}, got {subpixels!r}")
    flat, _, surface = as_drawing(vertices_px, faces, size, axes=2)
    draw = implementation(flat, backend, MODULES).coverage
    image = draw(flat, surface.skin, size, subpixels=subpixels)
    return image.to(vertices_px.dtype).reshape(*vertices_px.shape[:-2], *size)


def backends() -> dict[str, Choice]:
    """By device that torch sees here, what `coverage` draws with and what it lacks.

    >>> backends()["cpu"].backend in ("numba", "reference")
    True
    """
    devices = ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]
    return {device: choice(device, MODULES) for device in devices}
