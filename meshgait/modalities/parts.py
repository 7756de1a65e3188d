"""Which part of the body each pixel sees: SMPL's 24 parts, or the labels of human parsing."""

from jaxtyping import Int
from torch import Tensor

from meshgait.camera import Camera, WeakPerspective
from meshgait.mesh import Mesh
from meshgait.render import rasterize_seen_by, vertex_labels


def parts(
    mesh: Mesh,
    camera: Camera | WeakPerspective,
    labels: Int[Tensor, " V"],
    *,
    background: int = -1,
) -> Int[Tensor, "*batch H W"]:
    """The label of the vertex nearest to what each pixel sees, `background` where nothing is.

    `labels` are those of `meshgait.body.parsing_labels`, whose background is 0, or of
    `joint_labels`, or any others. Raises `ShapeError` when there is not one for each vertex.
    """
    fragments = rasterize_seen_by(camera, mesh.vertices.detach(), mesh.faces)
    return vertex_labels(fragments, mesh.faces, labels, background=background)
