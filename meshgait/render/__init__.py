"""From a mesh on the image plane to images: coverage with exact gradients."""

from meshgait.render.contour import coverage

__all__ = ["coverage"]
