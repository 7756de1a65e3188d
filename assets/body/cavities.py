"""Close the sacks behind lips and eyelids: no camera sees in, and simplified they make spikes.

The result is a matrix, so that one and the same filling goes with every shape of the body.
"""

from __future__ import annotations

import numpy as np
import open3d as o3d
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from body.smoothing import mean_of_neighbours
from body.source import SKIN, Source

RAYS = 256
HIDDEN = 0.05  # a quad that sees less of the sky than this lies in a cavity
SMALLEST = 100  # quads; the eyes have 230, the mouth 450, folds of the skin far fewer


def fill_cavities(source: Source, shape: np.ndarray) -> tuple[sparse.csr_array, np.ndarray]:
    """Matrix (13380, 19158) from source vertices to filled skin, and the filled vertices' indices.

    `shape` (19158, 3) is the body on which the cavities are looked for. The mouth gets a membrane
    behind its lips (uniform weights, harmonic), the eyes get the front of the eyeballs.
    """
    inside, labels = _inner_vertices(source, shape)
    membrane = _membrane(source.quads, inside)
    matrix = sparse.lil_array((SKIN, len(shape)))
    keep = np.setdiff1d(np.arange(SKIN), inside)
    matrix[keep, keep] = 1.0
    positions = membrane @ shape[:SKIN]
    for label in np.unique(labels):
        rows = inside[labels == label]
        ball = _eyeball_at(source, shape, positions[rows].mean(axis=0))
        if ball is None:
            matrix[rows, :SKIN] = membrane[rows]
        else:
            matrix[rows] = _onto_ball(positions[rows], ball, shape)
    return matrix.tocsr(), inside


def _inner_vertices(source: Source, shape: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices all of whose quads are hidden in a large cavity, and a label of the cavity each."""
    quads = source.quads
    openness = _openness(shape[:SKIN], quads)
    mirrored = {tuple(sorted(quad)): index for index, quad in enumerate(quads.tolist())}
    partner = [mirrored[tuple(sorted(quad))] for quad in source.mirror[quads].tolist()]
    hidden = np.flatnonzero((openness + openness[partner]) / 2 < HIDDEN)
    corner = np.repeat(np.arange(len(hidden)), 4)
    touch = sparse.csr_array((np.ones(len(corner)), (corner, quads[hidden].ravel())))
    count, label = connected_components(touch @ touch.T)
    inside, labels = [], []
    for part in range(count):
        members = hidden[label == part]
        if len(members) >= SMALLEST:
            outer = np.delete(quads, members, axis=0)
            inner = np.setdiff1d(quads[members], outer)
            inside.append(inner)
            labels.append(np.full(len(inner), part))
    return np.concatenate(inside), np.concatenate(labels)


def _openness(vertices: np.ndarray, quads: np.ndarray) -> np.ndarray:
    """Cosine-weighted share of the sky that the middle of each quad sees."""
    scene = o3d.t.geometry.RaycastingScene()
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    scene.add_triangles(vertices.astype(np.float32), triangles.astype(np.uint32))
    diagonals = vertices[quads[:, 2:]] - vertices[quads[:, :2]]
    normals = np.cross(diagonals[:, 0], diagonals[:, 1])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    step = np.arange(RAYS) + 0.5
    polar, azimuth = np.arccos(1 - 2 * step / RAYS), np.pi * (1 + 5**0.5) * step
    sky = np.stack(
        [np.cos(azimuth) * np.sin(polar), np.sin(azimuth) * np.sin(polar), np.cos(polar)], axis=1
    )
    origins = vertices[quads].mean(axis=1) + 1e-4 * normals
    rays = np.empty((len(quads), RAYS, 6), dtype=np.float32)
    rays[..., :3], rays[..., 3:] = origins[:, None], sky
    blocked = scene.test_occlusions(o3d.core.Tensor(rays)).numpy()
    weight = np.clip(normals @ sky.T, 0, None)
    return (weight * ~blocked).sum(axis=1) / weight.sum(axis=1)


def _membrane(quads: np.ndarray, inside: np.ndarray) -> sparse.csr_array:
    """Matrix (13380, 13380) that puts each inner vertex at the mean of its neighbours."""
    mean = mean_of_neighbours(quads, SKIN)
    border = np.setdiff1d(np.arange(SKIN), inside)
    inner = np.eye(len(inside)) - mean[inside][:, inside].toarray()
    weights = np.linalg.solve(inner, mean[inside][:, border].toarray())
    matrix = sparse.lil_array((SKIN, SKIN))
    matrix[border, border] = 1.0
    matrix[np.ix_(inside, border)] = np.where(weights > 1e-9, weights, 0)
    return matrix.tocsr()


def _eyeball_at(source: Source, shape: np.ndarray, place: np.ndarray) -> np.ndarray | None:
    """Indices of the eyeball's vertices, if `place` lies within its reach of 25 mm."""
    for name in ("helper-l-eye", "helper-r-eye"):
        ball = source.groups[name]
        if np.linalg.norm(shape[ball].mean(axis=0) - place) < 0.025:
            return ball
    return None


def _onto_ball(points: np.ndarray, ball: np.ndarray, shape: np.ndarray) -> sparse.csr_array:
    """Rows (points, 19158): where the ray from the ball's centre through each point leaves it.

    Inverse-distance weights on the three nearest directions stay on a ball to a tenth of a
    millimetre, and need no triangles.
    """
    center = shape[ball].mean(axis=0)
    toward = points - center
    toward /= np.linalg.norm(toward, axis=1, keepdims=True)
    spokes = shape[ball] - center
    spokes /= np.linalg.norm(spokes, axis=1, keepdims=True)
    distance = np.linalg.norm(toward[:, None] - spokes, axis=-1)
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :3]
    weight = 1 / (np.take_along_axis(distance, nearest, axis=1) + 1e-6)
    weight /= weight.sum(axis=1, keepdims=True)
    rows = np.repeat(np.arange(len(points)), 3)
    return sparse.csr_array(
        (weight.ravel(), (rows, ball[nearest].ravel())), shape=(len(points), len(shape))
    )
