"""How far away the surface is in each pixel."""

from jaxtyping import Float
from torch import Tensor

from meshgait.camera import Camera
from meshgait.mesh import Mesh
from meshgait.render import rasterize, screen


def depth(mesh: Mesh, camera: Camera) -> Float[Tensor, "*batch H W"]:
    """Metres before the camera at the centre of each pixel, 0 where there is nothing.

    Has gradients to the vertices. Raises `DataError` when the mesh reaches behind the camera.
    """
    return rasterize(screen(mesh.vertices, camera), mesh.faces, camera.size).depth
