"""Identity, and how far a body is from the silhouette it was estimated from."""

from __future__ import annotations

from jaxtyping import Float, Int
from torch import Tensor, nn

from meshgait.losses.bnneck import IdentityLoss


class ConsistencyLoss(nn.Module):
    """`IdentityLoss`, and `consistency` times the disagreement that `FusionGait.describe` gives.

    >>> import torch
    >>> loss = ConsistencyLoss(31, 8, num_ids=4)
    >>> terms = loss(torch.randn(4, 31, 8), torch.tensor([0, 0, 1, 1]), torch.ones(4))
    >>> sorted(terms)
    ['consistency', 'cross_entropy', 'triplet']
    """

    describes = True

    def __init__(
        self,
        parts: int,
        channels: int,
        num_ids: int,
        *,
        weight: float = 0.1,
        margin: float = 0.2,
        consistency: float = 1.0,
    ) -> None:
        super().__init__()
        self.identity = IdentityLoss(parts, channels, num_ids, weight=weight, margin=margin)
        self.consistency = consistency

    def forward(
        self,
        embedding: Float[Tensor, "B P C"],
        label: Int[Tensor, " B"],
        disagreement: Float[Tensor, " B"],
    ) -> dict[str, Float[Tensor, ""]]:
        """Weighted terms of the loss; `disagreement` of each sequence is 0 to 1."""
        terms = self.identity(embedding, label)
        return terms | {"consistency": self.consistency * disagreement.float().mean()}
