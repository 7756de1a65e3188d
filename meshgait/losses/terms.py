"""Several losses as one, each by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jaxtyping import Float, Int
from torch import Tensor, nn

Term = Callable[..., Any]
"""Of an embedding (B, P, C) and labels (B) a number, or several by name."""


class LossTerms(nn.Module):
    """Losses of an embedding and its labels by name, each times its weight, 1 if none is given.

    One that says `describes = True` is also given all else that `model.describe` returns.

    >>> import torch
    >>> from meshgait.losses import batch_all_triplet
    >>> criterion = LossTerms({"triplet": batch_all_triplet}, {"triplet": 2.0})
    >>> sorted(criterion(torch.randn(4, 2, 3), torch.tensor([0, 0, 1, 1])))
    ['triplet']
    """

    def __init__(self, losses: Mapping[str, Term], weights: Mapping[str, float]) -> None:
        super().__init__()
        self.weights = dict(weights)
        self.learning = nn.ModuleDict(
            {name: loss for name, loss in losses.items() if isinstance(loss, nn.Module)}
        )
        self.losses = dict(losses)
        self.describes = any(getattr(loss, "describes", False) for loss in losses.values())

    def forward(
        self, embedding: Float[Tensor, "B P C"], label: Int[Tensor, " B"], *described: Tensor
    ) -> dict[str, Float[Tensor, ""]]:
        """The weighted terms; their sum is the loss."""
        terms: dict[str, Tensor] = {}
        for name, loss in self.losses.items():
            given = described if getattr(loss, "describes", False) else ()
            found = loss(embedding, label, *given)
            named = found if isinstance(found, Mapping) else {name: found}
            weight = self.weights.get(name, 1.0)
            terms |= {key: weight * value for key, value in named.items()}
        return terms
