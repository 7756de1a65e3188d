"""Triplets of the finer scales of MSGG, in training only (Peng et al., 2021)."""

from __future__ import annotations

from functools import partial

from jaxtyping import Float, Int
from torch import Tensor, nn

from meshgait.losses.triplet import batch_all_triplet

WEIGHTS = (0.3, 0.2)


class FinerScales(nn.Module):
    """Triplets of what `MSGG.describe` gives beside the embedding, times `WEIGHTS`.

    >>> import torch
    >>> joints, limbs = torch.randn(2, 4, 8)
    >>> FinerScales()(torch.zeros(4, 1, 8), torch.tensor([0, 0, 1, 1]), joints, limbs).shape
    torch.Size([])
    """

    describes = True

    def __init__(self, margin: float = 0.2) -> None:
        super().__init__()
        self.triplet = partial(batch_all_triplet, margin=margin)

    def forward(
        self,
        embedding: Float[Tensor, "B P C"],
        label: Int[Tensor, " B"],
        joints: Float[Tensor, "B D"],
        limbs: Float[Tensor, "B D"],
    ) -> Float[Tensor, ""]:
        """The embedding does not matter; it has a term of its own."""
        one, other = (
            weight * self.triplet(scale.unsqueeze(1), label)
            for weight, scale in zip(WEIGHTS, (joints, limbs), strict=True)
        )
        return one + other
