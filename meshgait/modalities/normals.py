"""Which way the surface faces in each pixel."""

from jaxtyping import Float
from torch import Tensor

from meshgait.camera import Camera, WeakPerspective
from meshgait.mesh import Mesh
from meshgait.render import normals as normals_of
from meshgait.render import rasterize_seen_by


def normals(
    mesh: Mesh, camera: Camera | WeakPerspective, *, backend: str = "auto"
) -> Float[Tensor, "*batch H W 3"]:
    """Unit normals in the camera's axes (x right, y down, z forward), 0 where there is nothing.

    Has gradients to the vertices; `backend` is that of `render.rasterize`. Raises `DataError` when
    the mesh reaches behind the camera.
    """
    fragments = rasterize_seen_by(camera, mesh.vertices, mesh.faces, backend=backend)
    return normals_of(fragments, camera.to_camera(mesh.vertices), mesh.faces)
