"""What every operator asks of a surface: one list of triangles that is an oriented manifold."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float, Int

from meshgait.errors import DataError, ShapeError
from meshgait.mesh import Topology

Sparse: TypeAlias = Any
"""A `scipy.sparse.csr_array`; scipy is loaded when the first one is made."""


def require_manifold(
    faces: Int[np.ndarray, "F 3"], vertices: Float[np.ndarray, "V 3"]
) -> tuple[Int[np.ndarray, "F 3"], Float[np.ndarray, "V 3"]]:
    """`faces` as int64 and `vertices` as float64; boundaries are welcome.

    Raises `DataError` for what has no surface around a vertex: indices out of range, triangles
    with a corner twice, edges of more than two triangles or of two that are wound alike, vertices
    where two surfaces touch or that belong to no triangle, and numbers that are not finite.
    """
    if vertices.ndim != 2 or vertices.shape[1] != 3:
        raise ShapeError(f"vertices must be (V, 3), got {vertices.shape}")
    faces, vertices = Topology(faces).faces, np.ascontiguousarray(vertices, dtype=np.float64)
    if len(faces) == 0:
        raise DataError("a surface needs at least one triangle; these faces have none")
    if faces.max() >= len(vertices):
        raise DataError(f"faces name vertex {faces.max()}, but there are {len(vertices)} vertices")
    if not np.isfinite(vertices).all():
        bad = int(np.flatnonzero(~np.isfinite(vertices).all(axis=1))[0])
        raise DataError(f"vertex {bad} is at {vertices[bad].tolist()}; positions must be finite")
    _require_edges(faces)
    _require_fans(faces, len(vertices))
    return faces, vertices


def _require_edges(faces: np.ndarray) -> None:
    after = np.roll(faces, -1, axis=1)
    if (faces == after).any():
        bad = int(np.flatnonzero((faces == after).any(axis=1))[0])
        raise DataError(
            f"triangle {bad} is {faces[bad].tolist()}, with a corner twice; leave it out"
        )
    ends = np.stack([faces.ravel(), after.ravel()], axis=1)
    found, count = np.unique(ends, axis=0, return_counts=True)
    if count.max() > 1:
        a, b = found[count.argmax()].tolist()
        raise DataError(
            f"edge {a}-{b} is wound alike by {count.max()} triangles, so it is not manifold; "
            "clean the mesh, for instance with trimesh's repair.fix_normals"
        )


def _require_fans(faces: np.ndarray, count: int) -> None:
    """The triangles around a vertex are one fan: as many corners as edges, or one edge more."""
    used = np.bincount(faces.ravel(), minlength=count)
    if (used == 0).any():
        bad = int(np.flatnonzero(used == 0)[0])
        raise DataError(
            f"vertex {bad} belongs to no triangle; leave such vertices out and renumber the rest"
        )
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    # Corners of one vertex are joined where their triangles share an edge at it.
    corner = np.arange(faces.size)
    ahead, behind = corner - corner % 3 + (corner + 1) % 3, corner - corner % 3 + (corner + 2) % 3
    vertex = faces.ravel()
    out = dict(zip(zip(vertex.tolist(), vertex[ahead].tolist(), strict=True), corner, strict=True))
    pairs = [
        (here, out[key])
        for here, key in enumerate(zip(vertex.tolist(), vertex[behind].tolist(), strict=True))
        if key in out
    ]
    ones = np.ones(len(pairs))
    joined = coo_array((ones, np.array(pairs).reshape(-1, 2).T), shape=(faces.size,) * 2)
    fans = connected_components(joined, directed=False)[1]
    several = np.bincount(vertex[np.unique(fans, return_index=True)[1]], minlength=count) > 1
    if several.any():
        bad = int(np.flatnonzero(several)[0])
        raise DataError(
            f"several surfaces touch at vertex {bad} alone, so it is not manifold; split it"
        )
