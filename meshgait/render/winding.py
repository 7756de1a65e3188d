"""Hard masks: does any face cover the centre of a pixel?

By the winding number of the contour, so it costs a contour and not every face. Exact.
"""

from __future__ import annotations

from jaxtyping import Bool, Float, Int
from torch import Tensor

from meshgait.render.backend import implementation
from meshgait.render.rules import as_frames, checked_topology, require_pixels

MODULES = {"numba": "winding_numba", "reference": "reference"}


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
    edges = checked_topology(vertices_px, faces, size)
    require_pixels(vertices_px)
    flat = as_frames(vertices_px.detach())
    image: Tensor = implementation(flat, backend, MODULES).mask(flat, edges, size)
    return image.reshape(*vertices_px.shape[:-2], *size)
