"""Meshes on the image plane, and slow ways to say what they cover."""

import numpy as np
import torch
import trimesh
from scipy.spatial import ConvexHull

TRIANGLE = torch.tensor([[0, 1, 2]])


def sphere(subdivisions=2):
    """Unit icosphere: vertices (V, 3) in float64, faces (F, 3)."""
    return from_trimesh(trimesh.creation.icosphere(subdivisions))


def figure(sides=12):
    """Limbs of a body as overlapping closed capsules, 2 units high: vertices (V, 3), faces."""
    ends = [(0, 0.1, 0, 0.5, 0.16), (-0.1, -0.1, -0.2, -0.9, 0.09), (0.1, -0.1, 0.25, -0.85, 0.09)]
    ends += [(0.2, 0.5, 0.55, 0.0, 0.06), (-0.2, 0.5, -0.3, -0.1, 0.06), (0, 0.8, 0, 0.85, 0.13)]
    parts = []
    for x0, y0, x1, y1, radius in ends:
        segment = [[x0, y0, 0.1 * x0], [x1, y1, -0.2 * x1]]
        parts.append(trimesh.creation.capsule(height=1.0, radius=radius, count=[sides, sides]))
        length = np.linalg.norm(np.subtract(*segment))
        parts[-1].vertices[:, 2] *= length
        parts[-1].apply_transform(trimesh.geometry.align_vectors([0, 0, 1], np.subtract(*segment)))
        parts[-1].apply_translation(segment[1])
    return from_trimesh(trimesh.util.concatenate(parts))


def from_trimesh(mesh):
    return torch.from_numpy(np.array(mesh.vertices)), torch.from_numpy(np.array(mesh.faces))


def turned(vertices, count=1, *, size=(64, 64), scale=0.45, seed=0):
    """`count` random views (count, V, 2) of a mesh of about unit size, in pixels of the image."""
    random = np.random.default_rng(seed)
    turn = torch.from_numpy(np.linalg.qr(random.normal(size=(count, 3, 3)))[0])
    flip = torch.linalg.det(turn)[:, None, None]  # rotations, not reflections
    shift = torch.from_numpy(random.uniform(-0.1, 0.1, size=(count, 1, 2)) * min(size))
    centre = torch.tensor([size[1] / 2, size[0] / 2])
    return (vertices @ (turn * flip))[..., :2] * scale * min(size) + centre + shift


def supersampled(points, faces, size, samples):
    """Share of samples x samples points per pixel that lie in any face; faces one by one."""
    H, W = size
    y = (np.arange(H * samples) + 0.5) / samples
    x = (np.arange(W * samples) + 0.5) / samples
    hit = np.zeros((H * samples, W * samples), dtype=bool)
    for a, b, c in points.double().numpy()[faces.numpy()]:
        low, high = np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)
        rows = slice(*np.searchsorted(y, [low[1], high[1]]))
        columns = slice(*np.searchsorted(x, [low[0], high[0]]))
        p, q = x[None, columns], y[rows, None]
        sides = [
            (t[0] - s[0]) * (q - s[1]) - (t[1] - s[1]) * (p - s[0])
            for s, t in ((a, b), (b, c), (c, a))
        ]
        if (b[0] - a[0]) * (c[1] - a[1]) != (b[1] - a[1]) * (c[0] - a[0]):
            hit[rows, columns] |= np.all([s >= 0 for s in sides], axis=0)
            hit[rows, columns] |= np.all([s <= 0 for s in sides], axis=0)
    return torch.from_numpy(hit.reshape(H, samples, W, samples).mean((1, 3)))


def convex_coverage(points, size):
    """Exact area of the convex hull of `points` in every pixel, by clipping it to each."""
    hull = ConvexHull(points.numpy())
    polygon = points.numpy()[hull.vertices]
    image = torch.zeros(size, dtype=torch.float64)
    for row in range(size[0]):
        strip = _clip(_clip(polygon, 1, row, 1), 1, row + 1, -1)
        for column in range(size[1]):
            image[row, column] = _area(_clip(_clip(strip, 0, column, 1), 0, column + 1, -1))
    return image


def _clip(polygon, axis, value, sign):
    """The part of a polygon (a list of points) with sign * (coordinate - value) >= 0."""
    kept = []
    for p, q in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        u, v = sign * (p[axis] - value), sign * (q[axis] - value)
        if u >= 0:
            kept.append(p)
        if (u > 0 > v) or (u < 0 < v):
            kept.append(p + (q - p) * u / (u - v))
    return np.array(kept).reshape(-1, 2)


def _area(polygon):
    x, y = polygon.T
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
