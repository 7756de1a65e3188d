"""Rotations about single axes and local frames, in numpy; column vectors, angles in radians."""

import numpy as np
from jaxtyping import Float

Matrices = Float[np.ndarray, "*batch 3 3"]
Vectors = Float[np.ndarray, "*batch 3"]


def about(axis: int, angle: Float[np.ndarray, "*batch"] | float) -> Matrices:
    """Rotation by `angle` about axis 0 (x), 1 (y) or 2 (z)."""
    angle = np.asarray(angle)
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.zeros((*angle.shape, 3, 3))
    matrix[..., axis, axis] = 1
    matrix[..., first, first] = matrix[..., second, second] = np.cos(angle)
    matrix[..., second, first] = np.sin(angle)
    matrix[..., first, second] = -np.sin(angle)
    return matrix


def bone_frame(along: Vectors, hinge: Vectors) -> Matrices:
    """Axes of a bone that points down its -y axis, with x as near to `hinge` as can be."""
    y = -along / np.linalg.norm(along, axis=-1, keepdims=True)
    x = hinge - (hinge * y).sum(-1, keepdims=True) * y
    x = x / np.linalg.norm(x, axis=-1, keepdims=True)
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def transpose(matrix: Matrices) -> Matrices:
    """The inverse of a rotation."""
    return np.swapaxes(matrix, -1, -2)
