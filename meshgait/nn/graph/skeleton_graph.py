"""Graph convolutions between the joints of one frame."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from meshgait.nn.graph.residual_graph import REACH, Links, hop_matrices


class SkeletonGraph(nn.Module):
    """Joints gather from those 0, 1 and 2 bones away, once per entry of `channels`.

    How much each pair of joints exchanges is learnt, starting from equal shares.

    >>> SkeletonGraph(((0, 1), (1, 2)), 3, features=6, channels=(8, 4))(torch.zeros(5, 3, 6)).shape
    torch.Size([5, 3, 4])
    """

    def __init__(
        self, links: Links, joints: int, *, features: int, channels: Sequence[int]
    ) -> None:
        super().__init__()
        before = (features, *channels)
        self.layers = nn.ModuleList(
            _Layer(hop_matrices(links, joints)[:REACH], old, new)
            for old, new in zip(before, channels, strict=False)
        )

    def forward(self, x: Float[Tensor, "N V F"]) -> Float[Tensor, "N V C"]:
        """Features of every joint of every frame."""
        for layer in self.layers:
            x = layer(x)
        return x


class _Layer(nn.Module):
    """One linear map per distance, layer norm and SiLU."""

    def __init__(self, hops: Float[Tensor, "reach V V"], features: int, channels: int) -> None:
        super().__init__()
        self.share = nn.Parameter(hops.clone())
        self.linear = nn.Linear(features, len(hops) * channels)
        self.norm = nn.LayerNorm(channels)

    def forward(self, x: Float[Tensor, "N V F"]) -> Float[Tensor, "N V C"]:
        sent = self.linear(x).unflatten(-1, (len(self.share), -1))
        gathered = torch.einsum("rvw,nvrc->nwc", self.share, sent)
        return nn.functional.silu(self.norm(gathered))
