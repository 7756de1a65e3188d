"""Point clouds: the surface sampled evenly; what a laser scanner sees of it is `lidar`."""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.errors import ConfigError, DataError
from meshgait.mesh import Mesh


class PointCloud(NamedTuple):
    """Places in metres and unit normals, in the axes of the mesh."""

    points: Float[Tensor, "*batch N 3"]
    normals: Float[Tensor, "*batch N 3"]


def points(mesh: Mesh, count: int, generator: torch.Generator) -> PointCloud:
    """`count` places on the surface, each spot as likely as any other, with smooth normals.

    All frames share their random numbers, so that a point drifts over the skin instead of jumping.
    Gradients reach the vertices through the places; which faces are hit has none.
    """
    if count < 1:
        raise ConfigError(f"count must be 1 or more, got {count}")
    lead, vertices = mesh.vertices.shape[:-2], mesh.vertices.reshape(-1, *mesh.vertices.shape[-2:])
    chance = torch.rand(
        3, count, generator=generator, device=generator.device, dtype=torch.float32
    ).to(vertices)
    a, b, c = vertices.detach()[:, mesh.faces].unbind(-2)
    total = torch.linalg.cross(b - a, c - a, dim=-1).norm(dim=-1).cumsum(-1)
    if not bool((total[:, -1] > 0).all()):
        raise DataError("a mesh without area has no surface to sample")
    wanted = chance[0] * total[:, -1:]
    face = torch.searchsorted(total, wanted).clamp(max=len(mesh.faces) - 1)
    root = chance[1].sqrt()
    weight = torch.stack([1 - root, root * (1 - chance[2]), root * chance[2]], dim=-1)
    corner = mesh.faces[face]  # (N, count, 3)
    frame = torch.arange(len(vertices), device=vertices.device)[:, None, None]
    place = (weight[..., None] * vertices[frame, corner]).sum(-2)
    smooth = Mesh(vertices, None, mesh.faces).vertex_normals()[frame, corner]
    facing = torch.nn.functional.normalize((weight[..., None] * smooth).sum(-2), dim=-1)
    return PointCloud(place.reshape(*lead, count, 3), facing.reshape(*lead, count, 3))
