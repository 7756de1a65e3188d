"""Gradients of functions on a surface, as sparse matrices."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from meshgait.operators.laplacian import double_area_normals
from meshgait.operators.surface import Sparse, require_manifold


def face_gradient(faces: Int[np.ndarray, "F 3"], vertices: Float[np.ndarray, "V 3"]) -> Sparse:
    """Matrix (3 F, V): the gradient in each triangle of what is linear over it.

    Rows 3 f to 3 f + 2 are x, y and z of triangle f.
    """
    from scipy.sparse import coo_array

    faces, vertices = require_manifold(faces, vertices)
    normals = double_area_normals(faces, vertices)
    square = np.sum(normals**2, axis=1, keepdims=True)
    rows = 3 * np.arange(len(faces))[:, None] + np.arange(3)
    entries = []
    for k in range(3):
        across = vertices[faces[:, (k + 2) % 3]] - vertices[faces[:, (k + 1) % 3]]
        slope = np.cross(normals, across) / square
        entries.append((slope.ravel(), rows.ravel(), np.repeat(faces[:, k], 3)))
    value, row, column = (np.concatenate(part) for part in zip(*entries, strict=True))
    return coo_array((value, (row, column)), shape=(3 * len(faces), len(vertices))).tocsr()


def tangent_frames(
    faces: Int[np.ndarray, "F 3"], vertices: Float[np.ndarray, "V 3"]
) -> tuple[Float[np.ndarray, "V 3"], Float[np.ndarray, "V 3"]]:
    """Two unit vectors in the surface at each vertex; their cross product is the normal outwards.

    The first is the axis of the world that lies flattest, laid into the surface.
    """
    faces, vertices = require_manifold(faces, vertices)
    each = double_area_normals(faces, vertices)
    total = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(total, faces[:, k], each)
    size = np.linalg.norm(total, axis=1, keepdims=True)
    normal = np.where(size > 0, total / np.where(size > 0, size, 1), [0.0, 0.0, 1.0])
    axis = np.eye(3)[np.abs(normal).argmin(axis=1)]
    first = axis - np.sum(axis * normal, axis=1, keepdims=True) * normal
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return first, np.cross(normal, first)


def vertex_gradient(
    faces: Int[np.ndarray, "F 3"], vertices: Float[np.ndarray, "V 3"]
) -> tuple[Sparse, Sparse]:
    """Two matrices (V, V): the slope of a function along the `tangent_frames` of each vertex.

    It is the mean over the triangles around the vertex by their area.
    """
    from scipy.sparse import coo_array

    faces, vertices = require_manifold(faces, vertices)
    area = np.repeat(np.linalg.norm(double_area_normals(faces, vertices), axis=1), 3)
    corner, face = faces.ravel(), np.repeat(np.arange(len(faces)), 3)
    weight = area / np.bincount(corner, area)[corner]
    slopes = face_gradient(faces, vertices)
    shape = len(vertices), 3 * len(faces)
    row, column = np.repeat(corner, 3), (3 * face[:, None] + np.arange(3)).ravel()
    along_x, along_y = (
        (coo_array(((weight[:, None] * frame[corner]).ravel(), (row, column)), shape=shape)).tocsr()
        @ slopes
        for frame in tangent_frames(faces, vertices)
    )
    return along_x, along_y
