"""Why two clips look alike to a network."""

from meshgait.explain.page import write_explanation
from meshgait.explain.saliency import (
    body_saliency,
    contour_saliency,
    part_distances,
    pixel_saliency,
    similarity,
)

__all__ = [
    "body_saliency",
    "contour_saliency",
    "part_distances",
    "pixel_saliency",
    "similarity",
    "write_explanation",
]
