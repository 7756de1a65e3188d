"""Losses that pull sequences of one identity together and push those of others away."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import normalize

from meshgait.errors import DataError
from meshgait.losses._checks import check_pairing


def supervised_contrast(
    embedding: Float[Tensor, "B P C"],
    label: Int[Tensor, " B"],
    *,
    temperature: float = 0.01,
    base: float = 0.07,
    by_distance: bool = False,
) -> Float[Tensor, ""]:
    """Cross-entropy of finding the others of one's identity in the batch (Khosla et al., 2020).

    Each sequence asks all others by their cosine over `temperature`, or with `by_distance` by
    minus their Euclidean distance over it (GaitGraph2); embeddings are scaled to length 1. The
    mean over the answers that are right, over those who have any, over the parts, times
    `temperature` / `base`. Raises `DataError` when no identity comes twice.

    >>> embedding = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]).unsqueeze(1)
    >>> loss = supervised_contrast(embedding, torch.tensor([0, 0, 1]), temperature=1.0, base=1.0)
    >>> torch.isclose(loss, -torch.tensor(1 / (1 + 1 / torch.e)).log())
    tensor(True)
    """
    same, other = _pairs(embedding, label)
    has_others = same.any(1)
    if not has_others.any():
        raise DataError("no identity of this batch comes twice, so there is nothing to find")
    with torch.autocast(embedding.device.type, enabled=False):
        x = _unit(embedding)
        alike = -_distance(x) if by_distance else x @ x.mT
        answer = (alike / temperature).masked_fill(~other, -torch.inf).log_softmax(-1)
        right = answer.masked_fill(~same, 0).sum(-1)[:, has_others] / same.sum(1)[has_others]
    return -temperature / base * right.mean()


def contrastive(
    embedding: Float[Tensor, "B P C"], label: Int[Tensor, " B"], margin: float = 1.0
) -> Float[Tensor, ""]:
    """Squared distance of equal pairs, squared lack of `margin` of others (Hadsell et al., 2006).

    Embeddings are scaled to length 1. Both kinds of pairs weigh the same, however many there are.
    Raises `DataError` for a batch without one of them.

    >>> embedding = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]).unsqueeze(1)
    >>> contrastive(embedding, torch.tensor([0, 0, 1]), margin=2.0) > 0
    tensor(True)
    """
    same, other = _pairs(embedding, label)
    different = other & ~same
    if not (same.any() and different.any()):
        raise DataError("contrast needs an identity that comes twice, and another identity")
    with torch.autocast(embedding.device.type, enabled=False):
        distance = _distance(_unit(embedding))
        near = distance[:, same].square().mean()
        far = (margin - distance[:, different]).relu().square().mean()
    return (near + far) / 2


def _pairs(
    embedding: Float[Tensor, "B P C"], label: Int[Tensor, " B"]
) -> tuple[Bool[Tensor, "B B"], Bool[Tensor, "B B"]]:
    """Which pairs are two sequences of one identity, and which are two sequences at all."""
    check_pairing(embedding, label)
    other = ~torch.eye(len(label), dtype=torch.bool, device=label.device)
    return (label[:, None] == label) & other, other


def _unit(embedding: Float[Tensor, "B P C"]) -> Float[Tensor, "P B C"]:
    """Parts first, of length 1, at least in float32."""
    x = embedding if embedding.dtype == torch.float64 else embedding.float()
    return normalize(x, dim=-1).transpose(0, 1)


def _distance(x: Float[Tensor, "P B C"]) -> Float[Tensor, "P B B"]:
    """Euclidean distances of vectors of length 1; the gradient at distance 0 is 0."""
    square = 2 - 2 * x @ x.mT
    itself = torch.eye(x.shape[1], dtype=torch.bool, device=x.device)
    zero = (square <= 0) | itself
    return torch.where(zero, 0.0, torch.where(zero, 1.0, square).sqrt())
