"""Distances along a surface (Crane et al., "Geodesics in heat", TOG 2013), and patches."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from meshgait.errors import ConfigError, DataError
from meshgait.operators.gradient import face_gradient
from meshgait.operators.laplacian import cotangent_laplacian, double_area_normals, vertex_areas
from meshgait.operators.neighbours import adjacency, edges
from meshgait.operators.surface import Sparse, require_manifold


def geodesic_distance(
    faces: Int[np.ndarray, "F 3"], vertices: Float[np.ndarray, "V 3"], source: int
) -> Float[np.ndarray, " V"]:
    """Metres along the surface from the vertex `source`, by the heat method.

    Good to a few per cent on even triangles; infinite on parts that the source is not joined to.
    """
    from scipy.sparse import diags_array
    from scipy.sparse.csgraph import connected_components
    from scipy.sparse.linalg import spsolve

    faces, vertices = require_manifold(faces, vertices)
    if not 0 <= source < len(vertices):
        raise DataError(f"there are {len(vertices)} vertices; {source} is none of them")
    near = adjacency(edges(faces), len(vertices))
    parts = connected_components(near, directed=False)[1]
    here = parts == parts[source]
    slopes, laplacian = face_gradient(faces, vertices), cotangent_laplacian(faces, vertices)
    areas, links = vertex_areas(faces, vertices), edges(faces)
    time = np.mean(np.linalg.norm(np.subtract(*vertices[links.T]), axis=1)) ** 2
    start = np.zeros(len(vertices))
    start[source] = 1
    heat = spsolve((diags_array(areas) + time * laplacian).tocsc(), start)
    flow = (slopes @ heat).reshape(-1, 3)
    size = np.linalg.norm(flow, axis=1, keepdims=True)
    unit = -flow / np.where(size > 0, size, 1)
    face_areas = np.linalg.norm(double_area_normals(faces, vertices), axis=1) / 2
    divergence = slopes.T @ (unit * face_areas[:, None]).ravel()
    # The distance is known up to a constant; the little mass makes that solvable.
    tiny = 1e-10 * float(laplacian.diagonal().max()) / float(areas.max())
    found = spsolve((laplacian + tiny * diags_array(areas)).tocsc(), divergence)
    return np.where(here, np.maximum(found - found[source], 0), np.inf)


def geodesic_patches(
    faces: Int[np.ndarray, "F 3"], vertices: Float[np.ndarray, "V 3"], radius: float
) -> Sparse:
    """Matrix (V, V) of the distances in metres along edges, where they are at most `radius`.

    Row v holds the patch around v, without v itself. Paths follow edges, so they are a little
    longer than `geodesic_distance`.
    """
    from scipy.sparse import coo_array, csr_array
    from scipy.sparse.csgraph import dijkstra

    faces, vertices = require_manifold(faces, vertices)
    if not 0 < radius < np.inf:
        raise ConfigError(f"the radius of a patch is a positive number of metres; got {radius}")
    links = edges(faces)
    length = np.linalg.norm(np.subtract(*vertices[links.T]), axis=1)
    count = len(vertices)
    graph = coo_array((length, tuple(links.T)), shape=(count, count)).tocsr()
    rows, columns, values = [], [], []
    for start in range(0, count, 256):  # a block of rows at a time is dense
        block = np.arange(start, min(start + 256, count))
        found = dijkstra(graph, directed=False, indices=block, limit=radius)
        row, column = np.nonzero(np.isfinite(found) & (found > 0))
        rows.append(block[row])
        columns.append(column)
        values.append(found[row, column])
    entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    return csr_array(entries, shape=(count, count))
