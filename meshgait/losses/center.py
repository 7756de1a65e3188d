"""One point per identity that its sequences gather around (Wen et al., ECCV 2016)."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from meshgait.losses._checks import check_labels, check_pairing


class CenterLoss(nn.Module):
    """Half the squared distance to the identity's centre, which the optimiser moves, too.

    `center` is (num_ids, P, C), drawn from a normal distribution.

    >>> loss = CenterLoss(1, 2, num_ids=3)
    >>> loss(loss.center[[0, 2]], torch.tensor([0, 2])).item()
    0.0
    """

    def __init__(self, parts: int, channels: int, num_ids: int) -> None:
        super().__init__()
        self.center = nn.Parameter(torch.randn(num_ids, parts, channels))

    def forward(
        self, embedding: Float[Tensor, "B P C"], label: Int[Tensor, " B"]
    ) -> Float[Tensor, ""]:
        """Mean over sequences and parts; `label` counts identities from 0."""
        check_pairing(embedding, label)
        check_labels(label, len(self.center))
        with torch.autocast(embedding.device.type, enabled=False):
            off = embedding.to(self.center.dtype) - self.center[label.long()]
            return off.square().sum(-1).mean() / 2
