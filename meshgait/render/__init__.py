"""From a mesh on the image plane to images: coverage with exact gradients, masks, surfaces."""

from meshgait.render.blur import soften
from meshgait.render.contour import coverage
from meshgait.render.winding import mask

__all__ = ["coverage", "mask", "soften"]
