"""Hard masks: does any face cover the centre of a pixel?

By the winding number of the contour, so it costs a contour and not every face. Exact.
"""

from __future__ import annotations

from jaxtyping import Bool, Float, Int
from torch import Tensor

from meshgait.numerics import in_full_precision, uncompiled
from meshgait.render.backend import implementation
from meshgait.render.rules import as_drawing

MODULES = {"numba": "winding_numba", "reference": "reference"}


@uncompiled
@in_full_precision
def mask(
    vertices_px: Float[Tensor, "*batch V 2"],
    faces: Int[Tensor, "F 3"],
    size: tuple[int, int],
    *,
    backend: str = "auto",
) -> Bool[Tensor, "*batch H W"]:
    """Which pixel centres the mesh covers; arguments and errors are those of `coverage`.

    >>> import torch
    >>> corners = torch.tensor([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
    >>> mask(corners, torch.tensor([[0, 1, 2]]), (2, 4)).int()
    tensor([[1, 1, 1, 0],
            [1, 1, 0, 0]], dtype=torch.int32)
    """
    flat, _, surface = as_drawing(vertices_px.detach(), faces, size, axes=2)
    image: Tensor = implementation(flat, backend, MODULES).mask(flat, surface.skin, size)
    return image.reshape(*vertices_px.shape[:-2], *size)
