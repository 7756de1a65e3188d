"""Who is whose neighbour: edges, adjacency, and rings of neighbours in order."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from meshgait.errors import DataError
from meshgait.operators.surface import Sparse, require_manifold


def edges(faces: Int[np.ndarray, "F 3"]) -> Int[np.ndarray, "E 2"]:
    """Every edge of any triangles once, the smaller index first, in ascending order.

    >>> edges(np.array([[0, 1, 2], [0, 2, 3]])).tolist()
    [[0, 1], [0, 2], [0, 3], [1, 2], [2, 3]]
    """
    ends = np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1).reshape(-1, 2)
    return np.unique(np.sort(ends.astype(np.int64), axis=1), axis=0)


def adjacency(links: Int[np.ndarray, "E 2"], count: int) -> Sparse:
    """Symmetric matrix (count, count) with a one for each pair of linked vertices; none on itself.

    >>> adjacency(np.array([[0, 1], [1, 2]]), 3).toarray().tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    from scipy.sparse import coo_array

    if links.size and not 0 <= links.min() <= links.max() < count:
        raise DataError(
            f"links name vertices {links.min()} to {links.max()}, but there are {count} vertices"
        )
    apart = links[links[:, 0] != links[:, 1]]
    start, end = np.concatenate([apart, apart[:, ::-1]]).T
    matrix = coo_array((np.ones(len(start)), (start, end)), shape=(count, count)).tocsr()
    matrix.data[:] = 1  # a link that is listed twice is still one
    matrix.sort_indices()
    return matrix


def one_rings(
    faces: Int[np.ndarray, "F 3"], vertices: Float[np.ndarray, "V 3"]
) -> list[Int[np.ndarray, " N"]]:
    """Neighbours of each vertex, anti-clockwise seen from outside.

    A ring begins with its smallest index, on a boundary with the neighbour that has no triangle
    before it.
    """
    faces, vertices = require_manifold(faces, vertices)
    after: list[dict[int, int]] = [{} for _ in vertices]
    for a, b, c in faces.tolist():
        after[a][b], after[b][c], after[c][a] = c, a, b
    return [_ring(steps) for steps in after]


def _ring(steps: dict[int, int]) -> np.ndarray:
    """From which neighbour one comes to which, as one list."""
    open_end = steps.keys() - steps.values()
    here = start = min(open_end or steps)
    ring = [here]
    while (here := steps.get(here, start)) != start:
        ring.append(here)
    return np.array(ring)
