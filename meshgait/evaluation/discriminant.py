"""Principal components and linear discriminants of embeddings: what came before deep learning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from meshgait.errors import ConfigError, DataError

RIDGE = 1e-6
"""Added to the scatter within people, by its mean, where they have too few sequences."""


class Projection(nn.Module):
    """An affine map of embeddings (B, P, C), all parts as one vector, to (B, 1, D)."""

    mean: Tensor
    matrix: Tensor

    def __init__(self, mean: Float[Tensor, "P C"], matrix: Float[Tensor, "PC D"]) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("matrix", matrix)

    def forward(self, embedding: Float[Tensor, "B P C"]) -> Float[Tensor, "B 1 D"]:
        """Project embeddings of the shape that this was fitted to."""
        return ((embedding - self.mean).flatten(1) @ self.matrix).unsqueeze(1)


def principal_components(embedding: Float[Tensor, "N P C"], *, kept: float = 0.99) -> Projection:
    """The fewest directions that hold the share `kept` of the variance (Han and Bhanu 2006).

    >>> line = torch.tensor([[[0.0, 0.0]], [[3.0, 4.0]]])
    >>> principal_components(line)(line).squeeze().abs()
    tensor([2.5000, 2.5000])
    """
    if not 0 < kept <= 1:
        raise ConfigError(f"the share of the variance kept must be above 0 and up to 1, got {kept}")
    if len(embedding) < 2:
        raise DataError(f"components need 2 embeddings or more, got {len(embedding)}")
    mean = embedding.mean(0)
    _, scale, directions = torch.linalg.svd(
        (embedding - mean).flatten(1).double(), full_matrices=False
    )
    share = scale.square().cumsum(0) / scale.square().sum()
    count = min(int((share < kept - 1e-12).sum()) + 1, len(scale))
    return Projection(mean, directions[:count].T.to(embedding.dtype))


def linear_discriminants(
    embedding: Float[Tensor, "N P C"], subjects: Sequence[str], *, kept: float = 0.99
) -> Projection:
    """Directions in which people differ most by how much each differs from himself.

    Those of Fisher among the `principal_components`, one fewer than people at the most; along
    them the scatter within people is one. Raises `DataError` where there are fewer than two
    people, or nobody has two embeddings.
    """
    from scipy.linalg import eigh

    people, label = np.unique(np.asarray(subjects), return_inverse=True)
    if len(subjects) != len(embedding):
        raise DataError(f"{len(subjects)} subjects do not fit {len(embedding)} embeddings")
    if len(people) < 2 or len(people) == len(subjects):
        raise DataError(
            f"{len(subjects)} embeddings of {len(people)} people: discriminants need 2 people or "
            "more, and 2 embeddings of somebody"
        )
    first = principal_components(embedding, kept=kept)
    scores = first(embedding).squeeze(1).double().numpy(force=True)
    centers = np.stack([scores[label == person].mean(0) for person in range(len(people))])
    apart = _scatter(centers[label] - scores.mean(0))
    within = _scatter(scores - centers[label]) / (len(subjects) - len(people))
    if not np.trace(within) > 0:
        raise DataError("each person's embeddings are all the same; there is no scatter within")
    within += RIDGE * np.trace(within) / len(within) * np.eye(len(within))
    count = min(len(people) - 1, len(within))
    _, directions = eigh(apart, within, subset_by_index=[len(within) - count, len(within) - 1])
    chosen = torch.from_numpy(directions[:, ::-1].copy()).to(first.matrix)
    return Projection(first.mean, first.matrix @ chosen)


def _scatter(differences: Float[np.ndarray, "N K"]) -> Float[np.ndarray, "K K"]:
    return differences.T @ differences
