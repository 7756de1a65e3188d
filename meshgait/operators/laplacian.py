"""The cotangent Laplacian of a surface, the area of its vertices, and its lowest vibrations.

Pinkall and Polthier, "Computing discrete minimal surfaces", Experimental Mathematics 1993.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from meshgait.errors import ConfigError, DataError
from meshgait.operators.surface import Sparse, require_manifold

SHIFT = 1e-8  # of the largest stiffness over mass: the constant stays solvable


def vertex_areas(
    faces: Int[np.ndarray, "F 3"], vertices: Float[np.ndarray, "V 3"]
) -> Float[np.ndarray, " V"]:
    """A third of the area of the triangles around each vertex, in square metres."""
    faces, vertices = require_manifold(faces, vertices)
    third = np.linalg.norm(double_area_normals(faces, vertices), axis=1) / 6
    return np.bincount(faces.ravel(), np.repeat(third, 3), minlength=len(vertices))


def double_area_normals(
    faces: Int[np.ndarray, "F 3"], vertices: Float[np.ndarray, "V 3"]
) -> Float[np.ndarray, "F 3"]:
    """Normals outwards, twice the area of their triangles long.

    Raises `DataError` for a triangle without area.
    """
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    longest = np.max([np.sum((p - q) ** 2, axis=1) for p, q in ((a, b), (b, c), (c, a))], axis=0)
    flat = np.linalg.norm(normals, axis=1) <= 1e-10 * longest
    if flat.any():
        bad = int(np.flatnonzero(flat)[0])
        raise DataError(
            f"triangle {bad}, {faces[bad].tolist()}, has no area; collapse or remove such triangles"
        )
    return normals


def cotangent_laplacian(
    faces: Int[np.ndarray, "F 3"], vertices: Float[np.ndarray, "V 3"]
) -> Sparse:
    """Matrix L (V, V), symmetric and never negative, with f L f the integral of |grad f|^2.

    Divided by `vertex_areas` it is the negative Laplace-Beltrami operator.
    """
    from scipy.sparse import coo_array, diags_array

    faces, vertices = require_manifold(faces, vertices)
    double_area = np.linalg.norm(double_area_normals(faces, vertices), axis=1)
    start, end, weight = [], [], []
    for k in range(3):
        tip, i, j = faces[:, k], faces[:, (k + 1) % 3], faces[:, (k + 2) % 3]
        dot = np.sum((vertices[i] - vertices[tip]) * (vertices[j] - vertices[tip]), axis=1)
        start += [i, j]
        end += [j, i]
        weight += [dot / double_area / 2] * 2
    shape = (len(vertices),) * 2
    entries = np.concatenate(weight), (np.concatenate(start), np.concatenate(end))
    near = coo_array(entries, shape=shape).tocsr()
    return (diags_array(near.sum(axis=1)) - near).tocsr()


def eigenbasis(
    faces: Int[np.ndarray, "F 3"], vertices: Float[np.ndarray, "V 3"], count: int
) -> tuple[Float[np.ndarray, " K"], Float[np.ndarray, "V K"]]:
    """The `count` lowest eigenvalues of the surface, ascending, and its eigenfunctions.

    The functions are orthonormal under `vertex_areas`; the largest value of each is positive. The
    same input gives the same numbers on one machine; those of equal eigenvalues may differ
    elsewhere.
    """
    from scipy.sparse import diags_array
    from scipy.sparse.linalg import eigsh

    if not 0 < count < len(vertices):
        raise ConfigError(
            f"a surface of {len(vertices)} vertices has between 1 and {len(vertices) - 1} "
            f"eigenfunctions here; got count={count}"
        )
    laplacian, areas = cotangent_laplacian(faces, vertices), vertex_areas(faces, vertices)
    # Under sqrt(area) f the problem is an ordinary one, and its solutions are orthonormal at once.
    root = diags_array(areas**-0.5)
    ordinary = (root @ laplacian @ root).tocsc()
    shift = -SHIFT * float(ordinary.diagonal().max())
    start = np.random.default_rng(0).standard_normal(len(areas))
    values, vectors = eigsh(ordinary, count, sigma=shift, v0=start)
    order = np.argsort(values, kind="stable")
    functions = (root @ vectors)[:, order]
    largest = functions[np.abs(functions).argmax(axis=0), np.arange(count)]
    return np.maximum(values[order], 0), functions * np.sign(largest)
