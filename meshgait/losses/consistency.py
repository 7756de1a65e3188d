"""How far a body is from the silhouette it was estimated from."""

from __future__ import annotations

from jaxtyping import Float, Int
from torch import Tensor, nn


class Disagreement(nn.Module):
    """The mean disagreement that `FusionGait.describe` gives, as a term of a loss.

    >>> import torch
    >>> Disagreement()(torch.zeros(4, 31, 8), torch.tensor([0, 0, 1, 1]), torch.ones(4)).item()
    1.0
    """

    describes = True

    def forward(
        self,
        embedding: Float[Tensor, "B P C"],
        label: Int[Tensor, " B"],
        disagreement: Float[Tensor, " B"],
    ) -> Float[Tensor, ""]:
        """`disagreement` of each sequence is 0 to 1."""
        return disagreement.float().mean()
