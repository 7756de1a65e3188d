"""Quadric edge collapse of half a body, its seam kept in the plane x = 0.

Garland and Heckbert, "Surface simplification using quadric error metrics", SIGGRAPH 1997, with the
constraints that make half a body and its mirror image one closed surface again.
"""

from __future__ import annotations

import heapq
from collections import defaultdict

import numpy as np

ROUNDNESS = 0.001  # weight of the pull towards the vertex itself: even triangles on flat parts
TURN = 0.3  # cosine; no collapse may turn a triangle further than this


class HalfMesh:
    """Triangles of the half x >= 0 that are collapsed edge by edge.

    `points` (N, 3) metres, `faces` (F, 3), `area_weight` (F,) how much each triangle's error
    counts. Vertices at x = 0 are the seam: they stay there, and no inner edge may join two of
    them, because it would coincide with its own mirror image.
    """

    def __init__(self, points: np.ndarray, faces: np.ndarray, area_weight: np.ndarray) -> None:
        self.points = points.copy()
        self.faces: dict[int, tuple[int, int, int]] = dict(enumerate(map(tuple, faces.tolist())))
        self.around: dict[int, set[int]] = defaultdict(set)
        for face, corners in self.faces.items():
            for vertex in corners:
                self.around[vertex].add(face)
        self.on_seam = points[:, 0] == 0
        self.merged = {vertex: [vertex] for vertex in self.around}
        self.quadrics = _quadrics(points, faces, area_weight)
        self.heap: list[tuple[float, int, int, int, int]] = []
        self.stamp = defaultdict(int)

    def collapse_to(self, count: int) -> None:
        """Collapse the cheapest edges until `count` triangles are left."""
        for vertex in sorted(self.around):
            for other in sorted(self.neighbours(vertex)):
                if vertex < other:
                    self._push(vertex, other)
        while len(self.faces) > count:
            if not self.heap:
                raise ValueError(f"no edge left to collapse at {len(self.faces)} triangles")
            _, keep, gone, *stamps = heapq.heappop(self.heap)
            if [self.stamp[keep], self.stamp[gone]] != stamps:
                continue
            place = self._place(keep, gone)[1]
            removed = len(self.around[keep] & self.around[gone])
            if len(self.faces) - removed >= count and self._allowed(keep, gone, place):
                self._collapse(keep, gone, place)

    def neighbours(self, vertex: int) -> set[int]:
        """Vertices that share a triangle with this one."""
        return {corner for face in self.around[vertex] for corner in self.faces[face]} - {vertex}

    def _push(self, a: int, b: int) -> None:
        if self.on_seam[b] and not self.on_seam[a]:
            a, b = b, a  # the seam vertex stays
        cost, _ = self._place(a, b)
        heapq.heappush(self.heap, (cost, a, b, self.stamp[a], self.stamp[b]))

    def _place(self, a: int, b: int) -> tuple[float, np.ndarray]:
        """Cost and position of the vertex that would replace a and b."""
        quadric = self.quadrics[a] + self.quadrics[b]
        free = slice(1, 3) if self.on_seam[a] else slice(0, 3)
        place = np.zeros(3)
        place[free] = np.linalg.solve(quadric[free, free], -quadric[free, 3])
        extended = np.append(place, 1.0)
        return float(extended @ quadric @ extended), place

    def _allowed(self, keep: int, gone: int, place: np.ndarray) -> bool:
        shared = self.around[keep] & self.around[gone]
        near, far = self.neighbours(keep), self.neighbours(gone)
        if len(near & far) != len(shared):
            return False  # the link condition: the surface would pinch
        if any(len(self.around[c]) <= 3 for c in near & far):
            return False
        seam_edge = len(shared) == 1
        if self.on_seam[keep] and not seam_edge:
            if self.on_seam[gone]:
                return False
            reached = {v for v in far - {keep} if self.on_seam[v]}
            if any(len(self.around[keep] & self.around[v]) != 1 for v in reached):
                return False
        return all(
            self._keeps_facing(face, vertex, place)
            for vertex in (keep, gone)
            for face in self.around[vertex] - shared
        )

    def _keeps_facing(self, face: int, vertex: int, place: np.ndarray) -> bool:
        corners = self.faces[face]
        before = self.points[list(corners)]
        after = before.copy()
        after[corners.index(vertex)] = place
        old, new = (_cross(p[1] - p[0], p[2] - p[0]) for p in (before, after))
        return float(old @ new) > TURN * float(np.sqrt((old @ old) * (new @ new)))

    def _collapse(self, keep: int, gone: int, place: np.ndarray) -> None:
        for face in self.around[keep] & self.around[gone]:
            for vertex in self.faces.pop(face):
                self.around[vertex].discard(face)
        for face in self.around.pop(gone):
            self.faces[face] = tuple(keep if v == gone else v for v in self.faces[face])
            self.around[keep].add(face)
        self.points[keep] = place
        self.quadrics[keep] += self.quadrics[gone]
        self.merged[keep] += self.merged.pop(gone)
        self.stamp[keep] += 1
        self.stamp[gone] += 1
        for other in sorted(self.neighbours(keep)):
            self._push(keep, other)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cross product of two vectors; numpy's own is slow on single ones."""
    return np.array(
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    )


def _quadrics(points: np.ndarray, faces: np.ndarray, area_weight: np.ndarray) -> np.ndarray:
    """Error forms (N, 4, 4): distance to the planes around a vertex, and a little to itself."""
    corner = points[faces]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    double_area = np.linalg.norm(normal, axis=1)
    plane = np.empty((len(faces), 4))
    plane[:, :3] = normal / double_area[:, None]
    plane[:, 3] = -(plane[:, :3] * corner[:, 0]).sum(axis=1)
    weight = area_weight * double_area / 6
    form = weight[:, None, None] * plane[:, :, None] * plane[:, None, :]
    quadrics = np.zeros((len(points), 4, 4))
    mass = np.zeros(len(points))
    for k in range(3):
        np.add.at(quadrics, faces[:, k], form)
        np.add.at(mass, faces[:, k], weight)
    home = np.zeros_like(quadrics)
    home[:, :3, :3] = np.eye(3)
    home[:, :3, 3] = home[:, 3, :3] = -points
    home[:, 3, 3] = (points**2).sum(axis=1)
    return quadrics + ROUNDNESS * mass[:, None, None] * home
