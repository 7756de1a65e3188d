"""SoftRas by PyTorch3D itself, behind the same call: slow on a CPU, to compare with."""

from __future__ import annotations

from types import SimpleNamespace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait._optional import require
from meshgait.errors import ConfigError

require("pytorch3d", extra="pytorch3d")
structures = require("pytorch3d.structures")
rasterizer = require("pytorch3d.renderer.mesh.rasterize_meshes")
blending = require("pytorch3d.renderer.blending")

FACES_PER_PIXEL = 300
MOST_ON_CUDA = 150  # a limit of its kernels


def alpha(
    vertices: Float[Tensor, "N V 2"],
    faces: Int[Tensor, "F 3"],
    size: tuple[int, int],
    *,
    sigma: float,
    blur_radius: float,
) -> Float[Tensor, "N H W"]:
    """As `meshgait.render.softras`, whose checks it relies on; in float32.

    Raises `ConfigError` where more faces are near a pixel than PyTorch3D lists on CUDA.
    """
    # Its axes point left and up, and its unit is half of the shorter side.
    middle = vertices.new_tensor([size[1] / 2, size[0] / 2])
    flat = ((middle - vertices) * (2 / min(size))).float()
    points = torch.cat([flat, torch.ones_like(flat[..., :1])], dim=-1)
    images = [_alpha(frame[None], faces, size, sigma, blur_radius) for frame in points]
    found = torch.cat(images) if images else flat.new_empty(0, *size)
    return found.to(vertices.dtype)


def _alpha(
    points: Float[Tensor, "1 V 3"],
    faces: Int[Tensor, "F 3"],
    size: tuple[int, int],
    sigma: float,
    blur_radius: float,
) -> Float[Tensor, "1 H W"]:
    mesh = structures.Meshes(points, faces[None])
    most = MOST_ON_CUDA if points.is_cuda else len(faces)
    length = min(FACES_PER_PIXEL, most)
    while True:
        face, _, _, square = rasterizer.rasterize_meshes(
            mesh, size, blur_radius, length, bin_size=0, clip_barycentric_coords=True
        )
        if length == len(faces) or not bool((face[..., -1] >= 0).any()):
            break
        if length == most:
            raise ConfigError(
                f"more than {most} faces are near a pixel; on CUDA PyTorch3D forgets the others. "
                "Choose a smaller sigma, or draw on the CPU"
            )
        length = min(2 * length, most)
    colors = points.new_ones(*face.shape, 3)
    fragments = SimpleNamespace(pix_to_face=face, dists=square)
    options = blending.BlendParams(sigma=sigma)
    image: Tensor = blending.sigmoid_alpha_blend(colors, fragments, options)[..., 3]
    return image
