"""How far away the surface is in each pixel."""

from jaxtyping import Float
from torch import Tensor

from meshgait.camera import Camera, WeakPerspective
from meshgait.mesh import Mesh
from meshgait.render import rasterize_seen_by


def depth(
    mesh: Mesh, camera: Camera | WeakPerspective, *, backend: str = "auto"
) -> Float[Tensor, "*batch H W"]:
    """Metres before the camera at the centre of each pixel, 0 where there is nothing.

    A camera without perspective stands nowhere: its depth counts from the world's origin, and may
    be 0 or less. Has gradients to the vertices; `backend` is that of `render.rasterize`. Raises
    `DataError` when the mesh reaches behind the camera.
    """
    return rasterize_seen_by(camera, mesh.vertices, mesh.faces, backend=backend).depth
