"""NetVLAD: what is left of features beside the centres that they are shared among."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import normalize


class NetVlad(nn.Module):
    """Sums of the differences from learnt centres, each shared softly (Arandjelovic, CVPR 2016).

    A point is shared by a linear map and a softmax; the sum of each centre is scaled to length 1,
    and then all of them together. The order of the points does not matter.

    >>> NetVlad(16, 8)(torch.randn(2, 100, 8)).shape
    torch.Size([2, 16, 8])
    """

    def __init__(self, clusters: int, channels: int) -> None:
        super().__init__()
        self.share = nn.Linear(channels, clusters)
        self.centres = nn.Parameter(torch.empty(clusters, channels))
        nn.init.xavier_uniform_(self.centres)

    def forward(self, features: Float[Tensor, "M S C"]) -> Float[Tensor, "M K C"]:
        """One vector for each centre."""
        share = self.share(features).softmax(-1)  # (M, S, K)
        sums = share.mT @ features - share.sum(1).unsqueeze(-1) * self.centres
        return normalize(normalize(sums, dim=2).flatten(1), dim=1).unflatten(1, sums.shape[1:])
