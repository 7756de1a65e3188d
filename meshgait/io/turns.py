"""Rotations that turn directions into others."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation


def kabsch(
    a: Float[np.ndarray, "*batch N 3"], b: Float[np.ndarray, "*batch N 3"]
) -> Float[np.ndarray, "*batch 3 3"]:
    """The rotations that turn the vectors `a` nearest to `b` (Kabsch, 1976)."""
    u, _, vt = np.linalg.svd(np.swapaxes(b, -1, -2) @ a)
    sign = np.ones((*u.shape[:-2], 3))
    sign[..., 2] = np.where(np.linalg.det(u @ vt) < 0, -1.0, 1.0)
    return (u * sign[..., None, :]) @ vt


def shortest_turn(
    a: Float[np.ndarray, "*batch 3"], b: Float[np.ndarray, "*batch 3"]
) -> Float[np.ndarray, "*batch 3 3"]:
    """The smallest rotations that turn the directions `a` into `b`; none where one is 0."""
    lengths = np.linalg.norm(a, axis=-1), np.linalg.norm(b, axis=-1)
    known = (lengths[0] > 1e-9) & (lengths[1] > 1e-9)
    a, b = (
        x / np.where(known, size, 1.0)[..., None] for x, size in zip((a, b), lengths, strict=True)
    )
    axis, cosine = np.cross(a, b), (a * b).sum(-1)
    sine = np.linalg.norm(axis, axis=-1)
    other = np.cross(a, np.where(np.abs(a[..., :1]) < 0.9, [1.0, 0, 0], [0, 1.0, 0]))
    axis = np.where((sine > 1e-9)[..., None], axis, other)
    axis = axis / np.maximum(np.linalg.norm(axis, axis=-1, keepdims=True), 1e-12)
    angle = np.where(known, np.arctan2(sine, cosine), 0.0)
    vectors = (axis * angle[..., None]).reshape(-1, 3)
    return Rotation.from_rotvec(vectors).as_matrix().reshape(*a.shape, 3)
