"""Smooth trunk and limbs, where the source, made to be subdivided, is too coarse a cage.

Taubin, "A signal processing approach to fair surface design", SIGGRAPH 1995: steps forwards and
backwards in turn keep the volume. As a matrix, it goes with every shape of the body.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

FORWARD, BACKWARD = 0.5, -0.53
ROUNDS = 8


def mean_of_neighbours(quads: np.ndarray, count: int) -> sparse.csr_array:
    """Matrix (count, count) that puts each vertex at the mean of those it shares an edge with."""
    start, end = quads.ravel(), np.roll(quads, -1, axis=1).ravel()
    adjacency = sparse.csr_array((np.ones(len(start)), (start, end)), shape=(count, count))
    adjacency = ((adjacency + adjacency.T) > 0).astype(float)
    return sparse.csr_array(sparse.diags_array(1 / adjacency.sum(axis=1)) @ adjacency)


def smoothing(quads: np.ndarray, strength: np.ndarray) -> sparse.csr_array:
    """Matrix (V, V) that smooths vertices by their `strength` (V,) between 0 and 1."""
    count = len(strength)
    same = sparse.eye_array(count, format="csr")
    pull = sparse.diags_array(strength) @ (mean_of_neighbours(quads, count) - same)
    matrix = same
    for _ in range(ROUNDS):
        matrix = (same + BACKWARD * pull) @ (same + FORWARD * pull) @ matrix
    return sparse.csr_array(matrix)
