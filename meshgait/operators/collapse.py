"""Fewer vertices by quadric edge collapse, each into its neighbour, the surface staying manifold.

Garland and Heckbert, "Surface simplification using quadric error metrics", SIGGRAPH 1997. Faster
packages collapse into new places and let surfaces pinch; here what is left are vertices of the
input, so a mesh that moves takes its coarse meshes with it.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from jaxtyping import Float, Int

from meshgait.errors import DataError
from meshgait.operators.laplacian import double_area_normals
from meshgait.operators.surface import require_manifold

TURN = 0.2  # cosine; no collapse may turn a triangle further than this
RIM = 10.0  # weight of the planes that hold a boundary in place
ROUNDNESS = 0.01  # of the squared length of an edge: even triangles where the surface is flat

Point = tuple[float, float, float]


class Collapsing:
    """A surface whose cheapest edges are collapsed until so many vertices are left.

    `faces` are the triangles left, `home` (V,) is the vertex that each vertex was merged into.
    """

    def __init__(self, faces: Int[np.ndarray, "F 3"], vertices: Float[np.ndarray, "V 3"]) -> None:
        faces, vertices = require_manifold(faces, vertices)
        self.left = len(vertices)
        self.home = np.arange(len(vertices))
        self._points: list[Point] = [tuple(point) for point in vertices.tolist()]
        self._triangles = dict(enumerate(tuple(face) for face in faces.tolist()))
        self._around: list[set[int]] = [set() for _ in vertices]
        for face, corners in self._triangles.items():
            for vertex in corners:
                self._around[vertex].add(face)
        forward = {edge for face in self._triangles.values() for edge in _half_edges(face)}
        rim = [(a, b) for a, b in forward if (b, a) not in forward]
        self._on_rim = {vertex for edge in rim for vertex in edge}
        self._quadrics = _quadrics(faces, vertices, sorted(rim))
        self._stamp = [0] * len(vertices)
        self._heap: list[tuple[float, int, int, int, int]] = []
        for a, b in sorted(forward):
            if a < b or (b, a) not in forward:
                self._push(a, b)

    @property
    def faces(self) -> Int[np.ndarray, "F 3"]:
        """The triangles that are left, by the vertices of the input."""
        return np.array(list(self._triangles.values()))

    def collapse_to(self, count: int) -> None:
        """Collapse until `count` vertices are left; `DataError` where none can be spared."""
        while self.left > count:
            if not self._heap:
                raise DataError(
                    f"the surface cannot shrink below {self.left} vertices, {count} were asked "
                    "for; ask for fewer or smaller steps"
                )
            _, gone, keep, *stamps = heapq.heappop(self._heap)
            if [self._stamp[gone], self._stamp[keep]] == stamps and self._allowed(gone, keep):
                self._merge(gone, keep)

    def _neighbours(self, vertex: int) -> set[int]:
        return {v for face in self._around[vertex] for v in self._triangles[face]} - {vertex}

    def _push(self, a: int, b: int) -> None:
        """Both ways are tried, the dearer one when the cheaper one is not allowed."""
        total = self._quadrics[a] + self._quadrics[b]
        p, q = self._points[a], self._points[b]
        length = sum((s - t) ** 2 for s, t in zip(p, q, strict=True))
        size = ROUNDNESS * length * float(total[10])
        form = total.tolist()
        for gone, keep, place in ((a, b, q), (b, a, p)):
            cost = _error(form, place) + size
            stamps = self._stamp[gone], self._stamp[keep]
            heapq.heappush(self._heap, (cost, gone, keep, *stamps))

    def _allowed(self, gone: int, keep: int) -> bool:
        shared = self._around[gone] & self._around[keep]
        if gone in self._on_rim and (keep not in self._on_rim or len(shared) != 1):
            return False
        common = self._neighbours(gone) & self._neighbours(keep)
        if len(common) != len(shared):
            return False  # the surface would pinch
        # Of a closed part a tetrahedron must be left, of an open one a triangle.
        if any(len(self._around[v]) <= (1 if v in self._on_rim else 3) for v in common):
            return False
        moved = self._around[gone] - shared
        return bool(moved) and all(self._keeps_facing(face, gone, keep) for face in moved)

    def _keeps_facing(self, face: int, gone: int, keep: int) -> bool:
        corners = self._triangles[face]
        before = [self._points[v] for v in corners]
        after = [self._points[keep if v == gone else v] for v in corners]
        old, new = _normal(*before), _normal(*after)
        return _dot(old, new) > TURN * (_dot(old, old) * _dot(new, new)) ** 0.5

    def _merge(self, gone: int, keep: int) -> None:
        for face in self._around[gone] & self._around[keep]:
            for vertex in self._triangles.pop(face):
                self._around[vertex].discard(face)
        for face in self._around[gone]:
            a, b, c = (keep if v == gone else v for v in self._triangles[face])
            self._triangles[face] = (a, b, c)
            self._around[keep].add(face)
        self._around[gone] = set()
        self.home[self.home == gone] = keep
        self._quadrics[keep] += self._quadrics[gone]
        self.left -= 1
        self._stamp[gone] += 1
        around = sorted(self._neighbours(keep))
        self._stamp[keep] += 1
        for other in around:
            self._push(keep, other)
        # A pair that was not allowed before may be so among the new triangles.
        for a, b in combinations(around, 2):
            if self._around[a] & self._around[b]:
                self._push(a, b)


def _half_edges(face: Sequence[int]) -> list[tuple[int, int]]:
    a, b, c = face
    return [(a, b), (b, c), (c, a)]


def _normal(a: Point, b: Point, c: Point) -> Point:
    ux, uy, uz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    vx, vy, vz = c[0] - a[0], c[1] - a[1], c[2] - a[2]
    return uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx


def _dot(a: Point, b: Point) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _error(q: list[float], p: Point) -> float:
    """Sum of squared distances of a point to the planes of a quadric."""
    x, y, z = p
    straight = q[0] * x * x + q[4] * y * y + q[7] * z * z + q[9]
    mixed = q[1] * x * y + q[2] * x * z + q[5] * y * z + q[3] * x + q[6] * y + q[8] * z
    return straight + 2 * mixed


def _quadrics(
    faces: np.ndarray, vertices: np.ndarray, rim: list[tuple[int, int]]
) -> Float[np.ndarray, "V 11"]:
    """Planes around each vertex by their area: the upper half of a form (4, 4), and the area."""
    normals = double_area_normals(faces, vertices)
    sizes = np.linalg.norm(normals, axis=1)
    found = np.zeros((len(vertices), 11))
    planes = _planes(normals / sizes[:, None], vertices[faces[:, 0]], sizes / 6)
    for k in range(3):
        np.add.at(found, faces[:, k], planes)
    if rim:
        ends = np.array(rim)
        along = vertices[ends[:, 1]] - vertices[ends[:, 0]]
        face_of = {edge: i for i, face in enumerate(faces.tolist()) for edge in _half_edges(face)}
        upright = np.cross(along, normals[[face_of[edge] for edge in rim]])
        upright /= np.linalg.norm(upright, axis=1, keepdims=True)
        weight = RIM * np.sum(along**2, axis=1)
        walls = _planes(upright, vertices[ends[:, 0]], weight)
        walls[:, 10] = 0
        for k in range(2):
            np.add.at(found, ends[:, k], walls)
    return found


def _planes(normal: np.ndarray, point: np.ndarray, weight: np.ndarray) -> np.ndarray:
    plane = np.concatenate([normal, -np.sum(normal * point, axis=1, keepdims=True)], axis=1)
    i, j = np.triu_indices(4)
    return (
        np.concatenate([plane[:, i] * plane[:, j], np.ones((len(plane), 1))], 1) * weight[:, None]
    )
