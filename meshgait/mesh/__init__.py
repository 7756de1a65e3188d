"""Triangle meshes, and what their triangles alone decide."""

from meshgait.mesh.connectivity import Topology, topology, whole_faces
from meshgait.mesh.mesh import Mesh

__all__ = ["Mesh", "Topology", "topology", "whole_faces"]
