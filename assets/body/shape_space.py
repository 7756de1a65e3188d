"""Shape space: the principal components of a population in the T-pose, on half a body."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

COMPONENTS = 10


@dataclass(frozen=True)
class ShapeSpace:
    """`mean` (H, 3), `directions` (H, 3, K) per standard deviation, `explained` share of variance.

    `scores` (N, K) are the betas of the bodies it was made from.
    """

    mean: np.ndarray
    directions: np.ndarray
    explained: float
    scores: np.ndarray


def fit_shape_space(bodies: np.ndarray, seam: int) -> ShapeSpace:
    """Principal components of bodies (N, H, 3); the inner vertices of a half body count twice.

    Each direction points where bodies grow taller, or where that hardly changes, heavier.
    """
    count, half, _ = bodies.shape
    weight = np.where(np.arange(half) < half - seam, 2.0, 1.0)[:, None] ** 0.5
    mean = bodies.mean(axis=0)
    centred = ((bodies - mean) * weight).reshape(count, -1)
    values, vectors = np.linalg.eigh(centred @ centred.T)
    values, vectors = values[::-1][:COMPONENTS], vectors[:, ::-1][:, :COMPONENTS]
    scores = vectors * np.sqrt(count)  # unit variance
    directions = (centred.T @ scores / count).reshape(half, 3, COMPONENTS) / weight[:, :, None]
    stature = np.ptp(mean[:, 1]), np.ptp((mean[..., None] + directions)[:, 1], axis=0)
    girth = (directions * np.sign(mean * [1, 0, 1])[..., None]).mean(axis=(0, 1))
    grows = np.where(np.abs(stature[1] - stature[0]) > 0.005, stature[1] - stature[0], girth)
    sign = np.where(grows < 0, -1.0, 1.0)
    explained = float(values.sum() / (centred**2).sum())
    return ShapeSpace(mean, directions * sign, explained, scores * sign)
