"""Which face each pixel sees, where on it, and how far away."""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from meshgait.camera import Camera, WeakPerspective
from meshgait.errors import DataError
from meshgait.mesh import Mesh, whole_faces
from meshgait.numerics import in_full_precision, uncompiled
from meshgait.render.backend import implementation
from meshgait.render.rules import as_drawing, require_finite

MODULES = {"numba": "zbuffer_numba", "reference": "zbuffer_reference"}
BY_ITSELF = {"pytorch3d": "pytorch3d_backend"}
"""Backends that say where on the face and how far away, too, with gradients of their own."""


class Fragments(NamedTuple):
    """What the centre of each pixel sees.

    `face` is an index, or -1 where there is nothing; there `barycentric`, the weights of the
    face's corners, and `depth` in metres are 0.
    """

    face: Int[Tensor, "*batch H W"]
    barycentric: Float[Tensor, "*batch H W 3"]
    depth: Float[Tensor, "*batch H W"]


@uncompiled
@in_full_precision
def rasterize(
    vertices: Float[Tensor, "*batch V 3"],
    faces: Int[Tensor, "F 3"],
    size: tuple[int, int],
    *,
    perspective: bool = True,
    backend: str = "auto",
) -> Fragments:
    """The nearest face at the centre of each pixel, from either side.

    `vertices` are x and y in pixels and depth in metres, as `screen` returns them. With
    `perspective` weights are those on the face in space, else those on the image, which is right
    for cameras without perspective. Weights and depth are differentiable in the vertices; which
    face is seen is not. `backend` "pytorch3d" asks the package itself, in float32, where it is
    installed. Raises the errors of `coverage`, and `DataError` for a depth of 0 or less with
    `perspective`. `rasterize_seen_by` asks the camera whether there is perspective.

    >>> import torch
    >>> corners = torch.tensor([[0.0, 0.0, 2.0], [4.0, 0.0, 2.0], [0.0, 4.0, 2.0]])
    >>> rasterize(corners, torch.tensor([[0, 1, 2]]), (2, 3)).depth
    tensor([[2., 2., 2.],
            [2., 2., 2.]])
    """
    flat, faces, _ = as_drawing(vertices, faces, size, axes=3)
    require_finite(flat)
    if perspective and bool((flat[..., 2] <= 0).any()):
        raise DataError("some vertices have a depth of 0 or less: they lie behind the camera")
    draw = implementation(flat, backend, MODULES | BY_ITSELF)
    if backend in BY_ITSELF:
        face, weights, depth = draw.fragments(flat, faces, size, perspective=perspective)
    else:
        with torch.no_grad():
            key = 1 / flat[..., 2:] if perspective else -flat[..., 2:]  # linear on the image
            points = torch.cat([flat[..., :2], key], dim=-1).double()
            face = draw.nearest(points, faces, size)
        weights, depth = _where_on_face(flat, faces, face, perspective)
    shape = (*vertices.shape[:-2], *size)
    weights, depth = weights.to(vertices.dtype), depth.to(vertices.dtype)
    return Fragments(face.reshape(shape), weights.reshape(*shape, 3), depth.reshape(shape))


@in_full_precision
def screen(
    points: Float[Tensor, "*batch V 3"], camera: Camera | WeakPerspective
) -> Float[Tensor, "*batch V 3"]:
    """World points (metres) as x and y in pixels and depth before the camera in metres.

    A camera without perspective stands nowhere: there depth counts from the world's origin.
    """
    return torch.cat([camera.project(points), camera.to_camera(points)[..., 2:]], dim=-1)


def rasterize_seen_by(
    camera: Camera | WeakPerspective,
    vertices: Float[Tensor, "*batch V 3"],
    faces: Int[Tensor, "F 3"],
    *,
    backend: str = "auto",
) -> Fragments:
    """`rasterize` of what is given in the world's axes, with perspective if the camera has it.

    Raises `DataError` where the mesh reaches behind the camera.
    """
    mesh = Mesh(vertices, None, faces).used()
    return rasterize(
        screen(mesh.vertices, camera), mesh.faces, camera.size,
        perspective=isinstance(camera, Camera), backend=backend,
    )  # fmt: skip


def _where_on_face(
    vertices: Float[Tensor, "N V 3"],
    faces: Int[Tensor, "F 3"],
    face: Int[Tensor, "N H W"],
    perspective: bool,
) -> tuple[Float[Tensor, "N H W 3"], Float[Tensor, "N H W"]]:
    """Barycentric weights and depth of the pixels that see a face."""
    seen = (face >= 0).nonzero(as_tuple=True)
    frame, row, column = seen
    # In float64, as the face was found: an area that is not 0 there may be 0 in float32.
    corners = vertices[frame[:, None], faces[face[seen]]].double()  # (M, 3, 3)
    centre = torch.stack([column, row], dim=-1) + 0.5
    sides = corners[..., :2] - centre[:, None]
    after, before = sides.roll(-1, dims=1), sides.roll(1, dims=1)
    area = after[..., 0] * before[..., 1] - after[..., 1] * before[..., 0]
    weight = area / area.sum(-1, keepdim=True)
    if perspective:
        weight = weight / corners[..., 2]
        weight = weight / weight.sum(-1, keepdim=True)
    depth = (weight * corners[..., 2]).sum(-1)
    weights = vertices.new_zeros(*face.shape, 3).index_put(seen, weight.to(vertices))
    return weights, vertices.new_zeros(face.shape).index_put(seen, depth.to(vertices))


def interpolate(
    fragments: Fragments,
    faces: Int[Tensor, "F 3"],
    values: Float[Tensor, "*batch V C"] | Float[Tensor, "V C"],
) -> Float[Tensor, "*batch H W C"]:
    """Values of the vertices, of each frame's or of all, at every pixel; 0 where there is none."""
    shape = fragments.face.shape
    face = fragments.face.reshape(-1, *shape[-2:])
    seen = (face >= 0).nonzero(as_tuple=True)
    corners = whole_faces(faces)[face[seen]]  # (M, 3)
    weights = fragments.barycentric.reshape(*face.shape, 3)[seen]
    if values.ndim == 2:
        at_corners = values[corners]
    else:
        at_corners = values.reshape(len(face), *values.shape[-2:])[seen[0][:, None], corners]
    mixed = (weights[..., None] * at_corners).sum(1)
    image = mixed.new_zeros(*face.shape, values.shape[-1]).index_put(seen, mixed)
    return image.reshape(*shape, values.shape[-1])


def seen_vertices(
    fragments: Fragments, vertices: Float[Tensor, "*batch V 3"], *, tolerance: float = 0.01
) -> Bool[Tensor, "*batch V"]:
    """Which vertices (as for `rasterize`) no face hides: at most `tolerance` metres behind it.

    A vertex is compared with the farthest of what the 3 x 3 pixels around it see, so that a steep
    face does not hide its own corners: at coarse pixels thin parts show their back as well.
    Right to about a pixel at the outline; vertices outside the image are not seen.
    """
    H, W = fragments.face.shape[-2:]
    # Nothing is never the farthest; alone it hides no vertex.
    skin = fragments.depth.detach().masked_fill(fragments.face < 0, -torch.inf)
    farthest = torch.nn.functional.max_pool2d(skin.reshape(-1, 1, H, W), 3, stride=1, padding=1)
    farthest = torch.where(farthest > -torch.inf, farthest, torch.inf)
    column, row = vertices[..., 0].floor().long(), vertices[..., 1].floor().long()
    inside = (column >= 0) & (column < W) & (row >= 0) & (row < H)
    pixel = row.clamp(0, H - 1) * W + column.clamp(0, W - 1)
    limit = farthest.reshape(*fragments.face.shape[:-2], H * W).gather(-1, pixel)
    return inside & (vertices[..., 2] <= limit + tolerance)
