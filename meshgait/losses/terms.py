"""Several losses as one, each by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jaxtyping import Float, Int
from torch import Tensor, nn

Loss = Callable[[Tensor, Tensor], Tensor]


class LossTerms(nn.Module):
    """Losses of an embedding and its labels by name, each times its weight.

    >>> import torch
    >>> from meshgait.losses import batch_all_triplet
    >>> criterion = LossTerms({"triplet": batch_all_triplet}, {"triplet": 2.0})
    >>> sorted(criterion(torch.randn(4, 2, 3), torch.tensor([0, 0, 1, 1])))
    ['triplet']
    """

    def __init__(self, losses: Mapping[str, Loss], weights: Mapping[str, float]) -> None:
        super().__init__()
        self.weights = dict(weights)
        self.learning = nn.ModuleDict(
            {name: loss for name, loss in losses.items() if isinstance(loss, nn.Module)}
        )
        self.losses = dict(losses)

    def forward(
        self, embedding: Float[Tensor, "B P C"], label: Int[Tensor, " B"]
    ) -> dict[str, Float[Tensor, ""]]:
        """The weighted terms; their sum is the loss."""
        return {
            name: self.weights.get(name, 1.0) * loss(embedding, label)
            for name, loss in self.losses.items()
        }
