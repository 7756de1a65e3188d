"""Images of what a surface carries: normals and labels, from `Fragments`."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import normalize

from meshgait.errors import ShapeError
from meshgait.render.zbuffer import Fragments, interpolate


def vertex_normals(
    vertices: Float[Tensor, "*batch V 3"], faces: Int[Tensor, "F 3"]
) -> Float[Tensor, "*batch V 3"]:
    """Unit normals, outwards: the mean of the faces around a vertex, weighted by area."""
    lead, (count, _) = vertices.shape[:-2], vertices.shape[-2:]
    # With the frames last, sums over the faces run along memory: three times as fast.
    columns = vertices.reshape(-1, count, 3).permute(1, 2, 0)
    a, b, c = (columns[corner] for corner in faces.long().unbind(-1))
    across = torch.linalg.cross(b - a, c - a, dim=1)  # twice the area long
    total = torch.zeros_like(columns)
    for corner in faces.long().unbind(-1):
        total = total.index_add(0, corner, across)
    scale = total.square().sum(1, keepdim=True).clamp(min=1e-36).rsqrt()
    return (total * scale).permute(2, 0, 1).reshape(*lead, count, 3)


def normals(
    fragments: Fragments, vertices: Float[Tensor, "*batch V 3"], faces: Int[Tensor, "F 3"]
) -> Float[Tensor, "*batch H W 3"]:
    """Unit normals per pixel in the axes of `vertices` (metres), smooth across faces; else 0.

    For a normal map pass vertices in the camera's axes: `camera.to_camera(vertices)`.
    """
    return normalize(interpolate(fragments, faces, vertex_normals(vertices, faces)), dim=-1)


def face_labels(
    fragments: Fragments, labels: Int[Tensor, " F"], *, background: int = -1
) -> Int[Tensor, "*batch H W"]:
    """The label of the face that each pixel sees."""
    seen = fragments.face >= 0
    return torch.where(seen, labels[fragments.face.clamp(min=0)], background)


def vertex_labels(
    fragments: Fragments,
    faces: Int[Tensor, "F 3"],
    labels: Int[Tensor, " V"],
    *,
    background: int = -1,
) -> Int[Tensor, "*batch H W"]:
    """The label of the nearest corner of the face that each pixel sees: body parts, say.

    Raises `ShapeError` when there is no label for some vertex.
    """
    if int(faces.max()) >= len(labels):
        raise ShapeError(f"faces name vertex {int(faces.max())}, there are {len(labels)} labels")
    corner = faces.long()[fragments.face.clamp(min=0)]  # (*batch, H, W, 3)
    nearest = fragments.barycentric.argmax(-1, keepdim=True)
    label = labels[corner.gather(-1, nearest).squeeze(-1)]
    return torch.where(fragments.face >= 0, label, background)
