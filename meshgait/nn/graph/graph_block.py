"""A graph layer with what goes around it."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import silu


class GraphBlock(nn.Module):
    """LayerNorm and SiLU after a layer, and a shortcut beside it; all vertex by vertex.

    Meshes have few vertices that are alike, so the statistics of a batch say little about one.
    """

    def __init__(self, layer: nn.Module, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.layer = layer
        self.norm = nn.LayerNorm(out_channels)
        same = in_channels == out_channels
        self.shortcut = nn.Identity() if same else nn.Linear(in_channels, out_channels, bias=False)

    def forward(self, x: Float[Tensor, "*batch V C"]) -> Float[Tensor, "*batch V D"]:
        """Features of the vertices of every frame."""
        return silu(self.norm(self.layer(x))) + self.shortcut(x)
