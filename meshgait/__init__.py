"""meshgait: 3D-mesh-native geometric deep learning for gait recognition."""

from meshgait._version import __version__
from meshgait.camera import Camera
from meshgait.mesh import Mesh

__all__ = ["Camera", "Mesh", "__version__"]
