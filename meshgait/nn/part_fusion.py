"""How the parts of several modalities become one embedding, whichever of them are there."""

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from meshgait.nn.part_linear import PartLinear

Fusion = Literal["concatenation", "gating", "attention"]

HEADS = 4


class PartFusion(nn.Module):
    """Parts (B, P, C) of all modalities, one after another, to as many parts.

    "concatenation" leaves them as they are, those of an absent modality are zero. By "gating"
    each part adds, by its own linear map and as far as a gate is open, the mean of all parts that
    are there; by "attention" what it finds in them. So both fill the parts of an absent modality.

    >>> fusion = PartFusion("gating", 5, 8)
    >>> fusion(torch.randn(2, 5, 8), torch.ones(2, 5).bool()).shape
    torch.Size([2, 5, 8])
    """

    def __init__(self, kind: Fusion, parts: int, channels: int) -> None:
        super().__init__()
        self.kind = kind
        if kind == "gating":
            self.gate = nn.Linear(2 * channels, channels)
            self.given = PartLinear(parts, channels, channels)
        elif kind == "attention":
            heads = next(count for count in range(HEADS, 0, -1) if channels % count == 0)
            self.place = nn.Parameter(torch.randn(parts, channels) / channels**0.5)
            self.norm = nn.LayerNorm(channels)
            self.attention = nn.MultiheadAttention(channels, heads, batch_first=True)

    def forward(
        self, parts: Float[Tensor, "B P C"], present: Bool[Tensor, "B P"]
    ) -> Float[Tensor, "B P C"]:
        """Fused parts; `present` is False for parts of a modality that a sequence lacks."""
        there = present.unsqueeze(2).to(parts)
        parts = parts * there
        if self.kind == "gating":
            mean = parts.sum(1, keepdim=True) / there.sum(1, keepdim=True).clamp(min=1)
            mean = mean.expand_as(parts)
            return parts + self.gate(torch.cat([parts, mean], 2)).sigmoid() * self.given(mean)
        if self.kind == "attention":
            seen = self.norm(parts + self.place)
            found, _ = self.attention(
                seen, seen, seen, key_padding_mask=~present, need_weights=False
            )
            return parts + found
        return parts
