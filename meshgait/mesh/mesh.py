"""Triangle meshes, one or many that share one topology.

World axes are x left of a person who faces z, y up, z forward; lengths are metres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait._optional import installed, require
from meshgait._threads import blocks, in_parallel
from meshgait.errors import DataError, ShapeError
from meshgait.mesh.connectivity import Topology, topology, whole_faces
from meshgait.numerics import show_shapes, uncompiled


@dataclass(frozen=True, eq=False)
class Mesh:
    """Vertices (*, V, 3) and joints (*, J, 3) in metres over one list of triangles (F, 3).

    Leading dimensions (frames, people) are free; `mesh[i]` indexes the first of them. Triangles
    are wound anti-clockwise seen from outside.
    """

    vertices: Float[Tensor, "*batch V 3"]
    joints: Float[Tensor, "*batch J 3"] | None
    faces: Int[Tensor, "F 3"]

    __repr__ = show_shapes

    def __post_init__(self) -> None:
        if self.vertices.ndim < 2 or self.vertices.shape[-1] != 3:
            raise ShapeError(f"vertices must be (*, V, 3), got {tuple(self.vertices.shape)}")
        object.__setattr__(self, "faces", whole_faces(self.faces))

    @property
    def topology(self) -> Topology:
        """What the triangles alone decide; computed once for all meshes that share them."""
        return topology(self.faces)

    @property
    def edges(self) -> Int[Tensor, "E 2"]:
        """Every edge once, as two vertex indices on the device of `faces`."""
        return torch.tensor(self.topology.edges, device=self.faces.device)

    def used(self) -> Mesh:
        """The same surface without vertices of no triangle, wherever those may be."""
        used = self.topology.used_vertices
        if len(used) == self.vertices.shape[-2]:
            return self
        vertices = self.vertices[..., torch.from_numpy(used).to(self.faces.device), :]
        faces = torch.tensor(self.topology.compact.faces, device=self.faces.device)
        return Mesh(vertices, self.joints, faces)

    def require_joints(self) -> Float[Tensor, "*batch J 3"]:
        """The joints; `DataError` for a mesh that has none."""
        if self.joints is None:
            raise DataError("this mesh has no joints; decode it with a Body")
        return self.joints

    def vertex_normals(self) -> Float[Tensor, "*batch V 3"]:
        """Unit normals, outwards: the mean of the triangles around a vertex by their area."""
        total = self._sums_by_kernel() if self._has_kernel() else self._sums()
        return total * total.square().sum(-1, keepdim=True).clamp(min=1e-36).rsqrt()

    def _sums(self) -> Float[Tensor, "*batch V 3"]:
        """The normals of the triangles around each vertex, twice as long as their areas, added."""
        corners, shape = self.faces.unbind(-1), self.vertices.shape
        # With the frames last, sums over the faces run along memory: about twice as fast.
        columns = self.vertices.reshape(-1, *shape[-2:]).permute(1, 2, 0)
        a, b, c = (columns[corner] for corner in corners)  # (F, 3, N) each
        across = torch.linalg.cross(b - a, c - a, dim=1)  # twice the area long
        total = torch.zeros_like(columns)
        for corner in corners:
            total = total.index_add(0, corner, across)
        return total.permute(2, 0, 1).reshape(shape)

    def _has_kernel(self) -> bool:
        """Whether numba may add: nobody asks for a gradient, and every corner is there."""
        points, faces = self.vertices, self.faces
        if torch.is_grad_enabled() or type(points) is not Tensor or not faces.numel():
            return False
        if points.device.type != "cpu":
            return False
        known = points.dtype in (torch.float32, torch.float64) and installed("numba")
        return known and int(faces.min()) >= 0 and int(faces.max()) < points.shape[-2]

    @uncompiled
    def _sums_by_kernel(self) -> Float[Tensor, "*batch V 3"]:
        """As `_sums`, quicker."""
        from meshgait.mesh.normal_kernel import add_faces

        points = self.vertices.reshape(-1, *self.vertices.shape[-2:]).contiguous()
        # Copied: what NumPy has seen is compared each time it is drawn (see `topology`).
        faces = self.faces.clone(memory_format=torch.contiguous_format).numpy()
        total = torch.empty_like(points)
        given, goal = points.numpy(), total.numpy()
        in_parallel(lambda n: add_faces(given[n], faces, goal[n]), blocks(len(points), most=16))
        return total.reshape(self.vertices.shape)

    def __getitem__(self, index: Any) -> Mesh:
        if self.vertices.ndim == 2:
            raise ShapeError("this is a single mesh; there is no leading dimension to index")
        joints = None if self.joints is None else self.joints[index]
        return replace(self, vertices=self.vertices[index], joints=joints)

    def to(self, *args: Any, **kwargs: Any) -> Mesh:
        """Move or cast as `torch.Tensor.to` does; a dtype changes only the floating arrays."""
        vertices = self.vertices.to(*args, **kwargs)
        joints = None if self.joints is None else self.joints.to(*args, **kwargs)
        return Mesh(vertices, joints, self.faces.to(vertices.device))

    @uncompiled
    def to_trimesh(self) -> Any:
        """The same single mesh as a `trimesh.Trimesh`, vertex order kept."""
        vertices, faces = self._single()
        return require("trimesh").Trimesh(vertices, faces, process=False)

    @classmethod
    @uncompiled
    def from_trimesh(cls, mesh: Any) -> Mesh:
        """A `trimesh.Trimesh`, or all of a `trimesh.Scene`, as float32 vertices and int64 faces.

        Raises `DataError` for what has no triangles: points, paths, an empty scene.
        """
        if hasattr(mesh, "dump"):  # a scene: its meshes, each in its place
            parts = [part for part in mesh.dump() if hasattr(part, "faces")]
            mesh = require("trimesh").util.concatenate(parts) if parts else mesh
        if not hasattr(mesh, "faces"):
            raise DataError(f"a {type(mesh).__name__} without triangles is no mesh; give one")
        return cls._from_arrays(mesh.vertices, mesh.faces)

    def to_open3d(self) -> Any:
        """The same single mesh as an `open3d.geometry.TriangleMesh` with vertex normals."""
        vertices, faces = self._single()
        o3d = require("open3d", extra="viz")
        mesh = o3d.geometry.TriangleMesh(
            o3d.utility.Vector3dVector(vertices.astype(np.float64)),
            o3d.utility.Vector3iVector(faces.astype(np.int32)),
        )
        return mesh.compute_vertex_normals()

    @classmethod
    def from_open3d(cls, mesh: Any) -> Mesh:
        """An `open3d.geometry.TriangleMesh` as float32 vertices and int64 faces."""
        return cls._from_arrays(mesh.vertices, mesh.triangles)

    def to_pyg(self) -> Any:
        """The same single mesh as `torch_geometric.data.Data`: `pos`, `face`, both edge directions.

        Stays on its device and keeps the gradient of the vertices.
        """
        self._require_single()
        edges = self.edges.T
        return require("torch_geometric.data", extra="graph").Data(
            pos=self.vertices,
            face=self.faces.T.contiguous(),
            edge_index=torch.cat([edges, edges.flip(0)], dim=1),
        )

    @classmethod
    def from_pyg(cls, data: Any) -> Mesh:
        """A `torch_geometric.data.Data` that has `pos` (V, 3) and `face` (3, F)."""
        return cls(data.pos, None, data.face.T.contiguous())

    def to_pytorch3d(self) -> Any:
        """The same meshes as `pytorch3d.structures.Meshes`, leading dimensions as one batch.

        They stay on their device and keep the gradient of the vertices; axes are those given.
        """
        flat = self.vertices.reshape(-1, *self.vertices.shape[-2:])
        structures = require("pytorch3d.structures", extra="pytorch3d")
        return structures.Meshes(flat, self.faces.expand(len(flat), -1, 3))

    @classmethod
    def from_pytorch3d(cls, meshes: Any) -> Mesh:
        """A `pytorch3d.structures.Meshes` (N of them) as vertices (N, V, 3), without textures.

        Raises `DataError` where there is none, or not all have the same triangles.
        """
        vertices, faces = meshes.verts_list(), meshes.faces_list()
        if not faces:
            raise DataError("there is no mesh in this batch of PyTorch3D")
        for i, (points, corners) in enumerate(zip(vertices, faces, strict=True)):
            if points.shape != vertices[0].shape or not torch.equal(corners, faces[0]):
                raise DataError(
                    f"mesh {i} of this batch of PyTorch3D has other triangles than the first; one "
                    "Mesh has the same for all: convert them one by one, meshes[i]"
                )
        return cls(torch.stack(list(vertices)), None, faces[0])

    @classmethod
    def _from_arrays(cls, vertices: Any, faces: Any) -> Mesh:
        return cls(
            torch.from_numpy(np.array(vertices, dtype=np.float32)),
            None,
            torch.tensor(np.array(faces, dtype=np.int64)),
        )

    def _require_single(self) -> None:
        if self.vertices.ndim != 2:
            shape = tuple(self.vertices.shape)
            raise ShapeError(f"one mesh at a time: vertices are {shape}; index it first, mesh[0]")

    def _single(self) -> tuple[np.ndarray, np.ndarray]:
        self._require_single()
        return self.vertices.detach().cpu().numpy(), self.faces.cpu().numpy()
