"""SoftRas as PyTorch3D computes it, to compare with and to reproduce: not the default.

Every face within the blur radius of a pixel makes it opaque with a probability that falls with
the distance of the pixel from the face's outline (Liu et al., ICCV 2019). On the fine mesh of a
body this inflates the silhouette: by 22 % of its area at PyTorch3D's usual sigma of 1e-4.
"""

from __future__ import annotations

import math

from jaxtyping import Float, Int
from torch import Tensor

from meshgait.errors import ConfigError
from meshgait.numerics import in_full_precision, uncompiled
from meshgait.render.backend import implementation
from meshgait.render.rules import as_drawing, require_finite

MODULES = {
    "numba": "softras_numba",
    "pytorch3d": "pytorch3d_backend",
    "reference": "softras_reference",
}


@uncompiled
@in_full_precision
def softras(
    vertices_px: Float[Tensor, "*batch V 2"],
    faces: Int[Tensor, "F 3"],
    size: tuple[int, int],
    *,
    sigma: float = 1e-4,
    blur_radius: float | None = None,
    backend: str = "auto",
) -> Float[Tensor, "*batch H W"]:
    """Alpha of PyTorch3D's soft silhouette shader, with every face in its lists (K = infinity).

    That is `rasterize_meshes(..., clip_barycentric_coords=True, cull_backfaces=False)` and
    `sigmoid_alpha_blend` of version 0.7.9. `sigma` and `blur_radius` are in its units, squared
    halves of the shorter image side; the default radius is log(1 / 1e-4 - 1) * sigma, as in its
    tutorials. Vertices are pixels as for `coverage`; all are taken to lie before the camera.
    `backend` "pytorch3d" asks the package itself, where it is installed.
    Raises the errors of `coverage`, and `ConfigError` for a sigma or radius that is not positive.

    >>> import torch
    >>> corners = torch.tensor([[1.0, 1.0], [3.0, 1.0], [1.0, 3.0]])
    >>> softras(corners, torch.tensor([[0, 1, 2]]), (2, 4), sigma=0.1)
    tensor([[0.0067, 0.0759, 0.0759, 0.0067],
            [0.0759, 0.9241, 0.5000, 0.0067]])
    """
    radius = math.log(1 / 1e-4 - 1) * sigma if blur_radius is None else blur_radius
    if not 0 < sigma < math.inf or not 0 <= radius < math.inf:
        raise ConfigError(f"sigma must be positive, blur_radius 0 or more: {sigma}, {blur_radius}")
    flat, faces, _ = as_drawing(vertices_px, faces, size, axes=2)
    require_finite(flat)
    draw = implementation(flat, backend, MODULES).alpha
    image: Tensor = draw(flat, faces, size, sigma=sigma, blur_radius=radius)
    return image.to(vertices_px.dtype).reshape(*vertices_px.shape[:-2], *size)
