"""From a mesh to images: coverage with exact gradients, hard masks, depth, normals, pictures."""

from meshgait.render.blur import soften
from meshgait.render.contour import backends, coverage
from meshgait.render.overlay import compare, overlay
from meshgait.render.shading import shade
from meshgait.render.softras import softras
from meshgait.render.surface import face_labels, normals, vertex_labels
from meshgait.render.winding import mask
from meshgait.render.zbuffer import (
    Fragments,
    interpolate,
    rasterize,
    rasterize_seen_by,
    screen,
    seen_vertices,
)

__all__ = [
    "Fragments",
    "backends",
    "compare",
    "coverage",
    "face_labels",
    "interpolate",
    "mask",
    "normals",
    "overlay",
    "rasterize",
    "rasterize_seen_by",
    "screen",
    "seen_vertices",
    "shade",
    "soften",
    "softras",
    "vertex_labels",
]
