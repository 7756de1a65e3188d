"""Cameras with perspective, `Camera`, and without, `WeakPerspective`.

Camera axes are x right, y down, z forward; world axes are those of `meshgait.mesh`. Pixels are
measured from the top left corner of the image, so the centre of the first pixel is (0.5, 0.5).
"""

from meshgait.camera.pinhole import NEAR, Camera
from meshgait.camera.weak_perspective import WeakPerspective

__all__ = ["NEAR", "Camera", "WeakPerspective"]
