"""Triangle meshes, one or many that share one topology.

World axes are x left of a person who faces z, y up, z forward; lengths are metres.
"""

from __future__ import annotations

import hashlib
import weakref
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait._optional import require
from meshgait.errors import DataError, ShapeError


@dataclass(frozen=True, eq=False)
class Mesh:
    """Vertices (*, V, 3) and joints (*, J, 3) in metres over one list of triangles (F, 3).

    Leading dimensions (frames, people) are free; `mesh[i]` indexes the first of them. Triangles
    are wound anti-clockwise seen from outside.
    """

    vertices: Float[Tensor, "*batch V 3"]
    joints: Float[Tensor, "*batch J 3"] | None
    faces: Int[Tensor, "F 3"]

    def __post_init__(self) -> None:
        if self.vertices.ndim < 2 or self.vertices.shape[-1] != 3:
            raise ShapeError(f"vertices must be (*, V, 3), got {tuple(self.vertices.shape)}")
        if self.faces.ndim != 2 or self.faces.shape[-1] != 3:
            raise ShapeError(f"faces must be (F, 3), got {tuple(self.faces.shape)}")

    @property
    def topology(self) -> Topology:
        """What the triangles alone decide; computed once for all meshes that share them."""
        return topology(self.faces)

    @property
    def edges(self) -> Int[Tensor, "E 2"]:
        """Every edge once, as two vertex indices on the device of `faces`."""
        return torch.from_numpy(self.topology.edges).to(self.faces.device)

    def require_joints(self) -> Float[Tensor, "*batch J 3"]:
        """The joints; `DataError` for a mesh that has none."""
        if self.joints is None:
            raise DataError("this mesh has no joints; decode it with a Body")
        return self.joints

    def vertex_normals(self) -> Float[Tensor, "*batch V 3"]:
        """Unit normals, outwards: the mean of the triangles around a vertex by their area."""
        corners, shape = self.faces.long().unbind(-1), self.vertices.shape
        # With the frames last, sums over the faces run along memory: about twice as fast.
        columns = self.vertices.reshape(-1, *shape[-2:]).permute(1, 2, 0)
        a, b, c = (columns[corner] for corner in corners)  # (F, 3, N) each
        across = torch.linalg.cross(b - a, c - a, dim=1)  # twice the area long
        total = torch.zeros_like(columns)
        for corner in corners:
            total = total.index_add(0, corner, across)
        unit = total * total.square().sum(1, keepdim=True).clamp(min=1e-36).rsqrt()
        return unit.permute(2, 0, 1).reshape(shape)

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

    def to_trimesh(self) -> Any:
        """The same single mesh as a `trimesh.Trimesh`, vertex order kept."""
        vertices, faces = self._single()
        return require("trimesh").Trimesh(vertices, faces, process=False)

    @classmethod
    def from_trimesh(cls, mesh: Any) -> Mesh:
        """A `trimesh.Trimesh` as float32 vertices and int64 faces."""
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

    @classmethod
    def _from_arrays(cls, vertices: Any, faces: Any) -> Mesh:
        return cls(
            torch.from_numpy(np.array(vertices, dtype=np.float32)),
            None,
            torch.from_numpy(np.array(faces, dtype=np.int64)),
        )

    def _require_single(self) -> None:
        if self.vertices.ndim != 2:
            shape = tuple(self.vertices.shape)
            raise ShapeError(f"one mesh at a time: vertices are {shape}; index it first, mesh[0]")

    def _single(self) -> tuple[np.ndarray, np.ndarray]:
        self._require_single()
        return self.vertices.detach().cpu().numpy(), self.faces.cpu().numpy()


class Topology:
    """Edges of a list of triangles, and whether it closes.

    `edges` (E, 2) runs from the first to the second vertex as triangle `edge_faces[:, 0]` is wound;
    `edge_faces[:, 1]` is the triangle on the other side, or -1 where there is none. Where more
    than two triangles share an edge, or two are wound alike, the edge occurs more than once.
    Raises `DataError` for negative indices.
    """

    def __init__(self, faces: Int[np.ndarray, "F 3"]) -> None:
        faces = np.ascontiguousarray(faces, dtype=np.int64)
        if faces.ndim != 2 or faces.shape[1] != 3:
            raise ShapeError(f"faces must be (F, 3), got {faces.shape}")
        if faces.size and faces.min() < 0:
            raise DataError(f"faces hold the negative vertex index {faces.min()}")
        self.faces = faces
        self.num_vertices = int(faces.max()) + 1 if faces.size else 0
        self.edges, self.edge_faces = _pair_half_edges(faces)

    @cached_property
    def is_closed(self) -> bool:
        """Whether every edge lies between two triangles that are wound consistently."""
        return bool(len(self.faces)) and bool((self.edge_faces >= 0).all())

    @cached_property
    def used_vertices(self) -> Int[np.ndarray, " U"]:
        """Indices of the vertices that belong to a triangle, ascending."""
        return np.unique(self.faces)


def _pair_half_edges(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Match each half edge a->b with one half edge b->a of another triangle."""
    start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    face = np.repeat(np.arange(len(faces)), 3)
    ends = np.stack([np.minimum(start, end), np.maximum(start, end)])
    backward = (start > end).astype(np.int64)
    # Half edges of equal rank among those with the same ends and direction are partners, so any
    # number of triangles may meet at an edge.
    rank = _rank_among_equals(np.stack([*ends, backward]))
    pair = np.stack([*ends, rank])
    order = np.lexsort((backward, *pair[::-1]))
    joined = (pair[:, order[1:]] == pair[:, order[:-1]]).all(axis=0)
    leads = np.append(True, ~joined)[: len(order)]
    opposite = np.append(np.where(joined, face[order[1:]], -1), -1)[: len(order)]
    lead = order[leads]
    return np.stack([start[lead], end[lead]], axis=1), np.stack(
        [face[lead], opposite[leads]], axis=1
    )


def _rank_among_equals(keys: np.ndarray) -> np.ndarray:
    """For each column of `keys`, how many equal columns stand before it."""
    order = np.lexsort(keys[::-1])
    ordered = keys[:, order]
    is_first = np.append(True, (ordered[:, 1:] != ordered[:, :-1]).any(axis=0))[: len(order)]
    place = np.arange(len(order))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = place - np.maximum.accumulate(np.where(is_first, place, 0))
    return rank


_KEPT = 32  # topologies, about a megabyte each for a body
_by_content: OrderedDict[bytes, Topology] = OrderedDict()
_by_tensor: dict[int, tuple[weakref.ref[Tensor], int, Topology]] = {}


def topology(faces: Int[Tensor, "F 3"]) -> Topology:
    """The `Topology` of `faces`, computed once per content and found at once per tensor."""
    version = 0 if faces.is_inference() else faces._version
    known = _by_tensor.get(id(faces))
    if known is not None and known[0]() is faces and known[1] == version:
        return known[2]
    array = np.ascontiguousarray(faces.detach().cpu().numpy(), dtype=np.int64)
    content = hashlib.sha256(array.tobytes()).digest()
    found = _by_content.pop(content, None) or Topology(array)
    _by_content[content] = found  # the last used is the last to go
    while len(_by_content) > _KEPT:
        _by_content.popitem(last=False)
    key = id(faces)
    reference = weakref.ref(faces, lambda _: _by_tensor.pop(key, None))
    _by_tensor[key] = (reference, version, found)
    return found
