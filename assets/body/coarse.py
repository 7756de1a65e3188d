"""The simplified body as a matrix on the source's vertices: half a body, and how to unfold it.

A half body has its inner vertices (x > 0, the person's left) first and the seam (x = 0) last.
Unfolded, the mirror images of the inner vertices follow in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from body.simplify import HalfMesh
from body.source import SKIN, Source

TRIANGLES = 6_888  # of half a body: a disc of so many unfolds to 6,890 vertices, 13,776 triangles
HEAD_WEIGHT = 0.5  # the source spends a third of its vertices on the head; a gait is elsewhere
FLIP = np.array([-1.0, 1.0, 1.0])


@dataclass(frozen=True)
class Coarse:
    """`matrix` (H, 19158) from source to half body; `faces` (F, 3), `mirror` (V,) of the whole."""

    matrix: sparse.csr_array
    faces: np.ndarray
    mirror: np.ndarray
    seam: int

    @property
    def half(self) -> int:
        """Number of vertices of half a body, the seam included."""
        return self.matrix.shape[0]

    def fold(self, source_vertices: np.ndarray) -> np.ndarray:
        """Half body (H, 3) of source vertices (19158, 3)."""
        half = self.matrix @ source_vertices
        half[self.half - self.seam :, 0] = 0.0
        return half

    def unfold(self, half: np.ndarray) -> np.ndarray:
        """Whole body (V, 3) of a half one (H, 3)."""
        return np.concatenate([half, half[: self.half - self.seam] * FLIP])


def build_coarse(source: Source, surface: sparse.csr_array, shape: np.ndarray) -> Coarse:
    """Simplify half of the skin `surface @ shape`, shape (19158, 3); match it with the source.

    `surface` (13380, 19158) makes the skin from the source's vertices.
    """
    points = surface @ shape
    points[source.mirror[:SKIN] == np.arange(SKIN), 0] = 0.0
    triangles = _half_triangles(source, points)
    is_head = points[triangles].mean(axis=1)[:, 1] > shape[source.groups["joint-neck"], 1].mean()
    mesh = HalfMesh(points, triangles, np.where(is_head, HEAD_WEIGHT, 1.0))
    mesh.collapse_to(TRIANGLES)
    kept = np.array(sorted(mesh.merged))
    kept = np.concatenate([kept[~mesh.on_seam[kept]], kept[mesh.on_seam[kept]]])
    rows = _match(mesh, kept, points, triangles)
    place = np.full(SKIN, -1)
    place[kept] = np.arange(len(kept))
    seam = int(mesh.on_seam[kept].sum())
    faces, mirror = _unfold_faces(place[np.array(list(mesh.faces.values()))], len(kept), seam)
    return Coarse((rows @ surface).tocsr(), faces, mirror, seam)


def _half_triangles(source: Source, points: np.ndarray) -> np.ndarray:
    """Quads on the side x >= 0, each cut along its shorter diagonal."""
    left = source.quads[(source.vertices[source.quads, 0] >= 0).all(axis=1)]
    first, second = (
        np.linalg.norm(points[left[:, k]] - points[left[:, k + 2]], axis=1) for k in (0, 1)
    )
    cuts = left[:, [0, 1, 2, 0, 2, 3]], left[:, [1, 2, 3, 1, 3, 0]]
    cut = np.where((first <= second)[:, None], *cuts)
    return cut.reshape(-1, 3)


def _match(
    mesh: HalfMesh, kept: np.ndarray, points: np.ndarray, triangles: np.ndarray
) -> sparse.csr_array:
    """Barycentric rows (H, 13380): the nearest source point among the triangles merged into each.

    A seam vertex looks along the seam only.
    """
    around: dict[int, list[int]] = {}
    for index, corners in enumerate(triangles.tolist()):
        for corner in corners:
            around.setdefault(corner, []).append(index)
    matrix = sparse.lil_array((len(kept), SKIN))
    for row, vertex in enumerate(kept.tolist()):
        candidates = triangles[sorted({t for v in mesh.merged[vertex] for t in around[v]})]
        if mesh.on_seam[vertex]:
            edges = np.concatenate([candidates, np.roll(candidates, -1, axis=1)]).reshape(2, -1).T
            edges = edges[mesh.on_seam[edges].all(axis=1)]
            candidates = edges[:, [0, 1, 1]]
        weights = closest_on_triangles(mesh.points[vertex], points[candidates])
        gap = np.linalg.norm(
            (weights[:, :, None] * points[candidates]).sum(axis=1) - mesh.points[vertex], axis=1
        )
        best = int(gap.argmin())
        for corner, weight in zip(candidates[best], weights[best], strict=True):
            matrix[row, corner] += weight
    return matrix.tocsr()


def closest_on_triangles(point: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Barycentric weights (N, 3) of the point nearest to `point` (3,) on each triangle (N, 3, 3).

    The foot of the perpendicular, where it lies inside; else the best of the three edges.
    """
    a, b, c = triangles.transpose(1, 0, 2)
    normal = np.cross(b - a, c - a)
    square = np.maximum((normal**2).sum(axis=1), 1e-30)
    to = point - a
    v = (np.cross(to, c - a) * normal).sum(axis=1) / square
    w = (np.cross(b - a, to) * normal).sum(axis=1) / square
    inner = np.stack([1 - v - w, v, w], axis=1)
    usable = (inner.min(axis=1) >= 0) & (square > 1e-24)
    best = np.where(usable[:, None], inner, 0.0)
    gap = np.where(usable, _gap(best, triangles, point), np.inf)
    for i, j in ((0, 1), (1, 2), (2, 0)):
        start, along = triangles[:, i], triangles[:, j] - triangles[:, i]
        length = np.maximum((along**2).sum(axis=1), 1e-30)
        t = np.clip(((point - start) * along).sum(axis=1) / length, 0, 1)
        edge = np.zeros_like(best)
        edge[:, i], edge[:, j] = 1 - t, t
        edge_gap = _gap(edge, triangles, point)
        closer = edge_gap < gap
        best[closer], gap[closer] = edge[closer], edge_gap[closer]
    return best


def _gap(weights: np.ndarray, triangles: np.ndarray, point: np.ndarray) -> np.ndarray:
    return np.linalg.norm((weights[:, :, None] * triangles).sum(axis=1) - point, axis=1)


def _unfold_faces(half: np.ndarray, count: int, seam: int) -> tuple[np.ndarray, np.ndarray]:
    """Faces of both halves, the mirrored ones wound back outwards, and the vertex mirror map."""
    inner = count - seam
    image = np.concatenate([np.arange(inner) + count, np.arange(inner, count)])
    mirror = np.concatenate([image, np.arange(inner)])
    return np.concatenate([half, image[half[:, ::-1]]]), mirror
