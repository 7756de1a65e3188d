"""Images of what a surface carries: normals and labels, from `Fragments`."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import normalize

from meshgait.errors import ShapeError
from meshgait.mesh import Mesh, whole_faces
from meshgait.render.zbuffer import Fragments, interpolate


def normals(
    fragments: Fragments, vertices: Float[Tensor, "*batch V 3"], faces: Int[Tensor, "F 3"]
) -> Float[Tensor, "*batch H W 3"]:
    """Unit normals per pixel in the axes of `vertices` (metres), smooth across faces; else 0.

    For a normal map pass vertices in the camera's axes: `camera.to_camera(vertices)`.
    """
    at_vertices = Mesh(vertices, None, faces).vertex_normals()
    return normalize(interpolate(fragments, faces, at_vertices), dim=-1)


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
    faces = whole_faces(faces)
    if int(faces.max()) >= len(labels):
        raise ShapeError(f"faces name vertex {int(faces.max())}, there are {len(labels)} labels")
    corner = faces[fragments.face.clamp(min=0)]  # (*batch, H, W, 3)
    nearest = fragments.barycentric.argmax(-1, keepdim=True)
    label = labels[corner.gather(-1, nearest).squeeze(-1)]
    return torch.where(fragments.face >= 0, label, background)
