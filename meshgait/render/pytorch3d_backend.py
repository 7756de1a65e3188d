"""PyTorch3D itself, behind the same calls: SoftRas, and what the centre of each pixel sees.

Slow on a CPU, to compare with. All in float32, which is what it computes in.
"""

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
    flat = _to_its_plane(vertices, size)
    points = torch.cat([flat, torch.ones_like(flat[..., :1])], dim=-1)
    images = [_alpha(frame[None], faces, size, sigma, blur_radius) for frame in points]
    found = torch.cat(images) if images else flat.new_empty(0, *size)
    return found.to(vertices.dtype)


def fragments(
    vertices: Float[Tensor, "N V 3"],
    faces: Int[Tensor, "F 3"],
    size: tuple[int, int],
    *,
    perspective: bool,
) -> tuple[Int[Tensor, "N H W"], Float[Tensor, "N H W 3"], Float[Tensor, "N H W"]]:
    """Face, weights and depth as `meshgait.render.rasterize` gives them, whose checks it needs.

    They are those of its rasterizer, gradients too. A pixel whose centre lies on an edge belongs to
    neither of the two faces.
    """
    # It leaves out what is behind depth 0. Without perspective depth may begin anywhere.
    start = 0.0 if perspective or not len(vertices) else float(vertices[..., 2].detach().min()) - 1
    depth = (vertices[..., 2:] - start).float()
    points = torch.cat([_to_its_plane(vertices[..., :2], size), depth], dim=-1)
    if not len(points):
        empty = depth.new_zeros(0, *size)
        return empty.long(), empty[..., None].expand(0, *size, 3), empty
    mesh = structures.Meshes(points, faces.expand(len(points), -1, 3))
    face, seen, weights, _ = rasterizer.rasterize_meshes(
        mesh, size, 0.0, 1, bin_size=0, perspective_correct=perspective
    )
    face = face[..., 0]
    is_there = face >= 0
    # Its faces are counted through all meshes.
    first = len(faces) * torch.arange(len(points), device=face.device)[:, None, None]
    return (
        torch.where(is_there, face - first, -1),
        torch.where(is_there[..., None], weights[..., 0, :], 0.0),
        torch.where(is_there, seen[..., 0] + start, 0.0),
    )


def _to_its_plane(points: Float[Tensor, "N V 2"], size: tuple[int, int]) -> Float[Tensor, "N V 2"]:
    """Pixels in PyTorch3D's axes, left and up; its unit is half of the shorter side."""
    middle = points.new_tensor([size[1] / 2, size[0] / 2])
    return ((middle - points) * (2 / min(size))).float()


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
