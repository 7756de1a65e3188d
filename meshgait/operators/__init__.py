"""What the triangles of one surface decide: neighbours, Laplacian, gradients, coarser meshes."""

from meshgait.operators.geodesic import geodesic_distance, geodesic_patches
from meshgait.operators.gradient import face_gradient, tangent_frames, vertex_gradient
from meshgait.operators.hierarchy import Level, hierarchy
from meshgait.operators.laplacian import cotangent_laplacian, eigenbasis, vertex_areas
from meshgait.operators.neighbours import adjacency, edges, one_rings
from meshgait.operators.offsets import Offsets, symmetric_offsets
from meshgait.operators.spirals import spirals

__all__ = [
    "Level",
    "Offsets",
    "adjacency",
    "cotangent_laplacian",
    "edges",
    "eigenbasis",
    "face_gradient",
    "geodesic_distance",
    "geodesic_patches",
    "hierarchy",
    "one_rings",
    "spirals",
    "symmetric_offsets",
    "tangent_frames",
    "vertex_areas",
    "vertex_gradient",
]
