"""ParsingGait: GaitBase on body-part labels, and a graph of the parts (Zheng et al., MM 2023)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn
from torch.nn.functional import dropout, relu

from meshgait.nn import (
    Frames,
    PartLinear,
    ResidualNetwork,
    check_width,
    configured,
    embed_sequences,
    horizontal_pyramid,
    initialise_,
    is_any_of,
    label_image,
    pool_pixels,
    scale_channels,
    shrink_labels,
)

OFFICIAL_NAMES = (
    (r"Backbone\.forward_block\.conv1\.conv\.", "backbone.stem.conv."),
    (r"Backbone\.forward_block\.bn1\.", "backbone.stem.norm."),
    (r"Backbone\.forward_block\.layer", "backbone.layer"),
    (r"gammas_coarse", "inside"),
    (r"gcn_coarse\.gc([12])\.", r"graph\1."),
    (r"FCs\.fc_bin", "head.weight"),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""

PARTS = ((1, 2, 11), (3, 5), (4, 6), (7, 9), (8, 10))
"""Head, torso and dress; left and right arm with hand; left and right leg with foot."""


class ParsingGait(nn.Module):
    """The strips of GaitBase, and after them five body parts that a small graph network made.

    The order of the frames does not matter. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published Gait3D-Parsing network, with the coarse graph of five parts.

        `size`, `stages`, `bins`, `channels` and `width` are those of `GaitBase`; `dropout`
        belongs to the graph network.
        """

        size: tuple[int, int] = (64, 44)
        stages: tuple[int, int, int, int] = (64, 128, 256, 512)
        bins: tuple[int, ...] = (16,)
        channels: int = 256
        dropout: float = 0.5
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("parsing",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        stages, (channels,) = scale_channels((config.stages, (config.channels,)), config.width)
        self.embedding_shape = (sum(config.bins) + len(PARTS), channels)
        self.backbone = ResidualNetwork(1, stages)
        self.inside = nn.Parameter(torch.full((len(PARTS),), 0.75))
        self.graph1, self.graph2 = _StarGraph(stages[-1]), _StarGraph(stages[-1])
        self.head = PartLinear(self.embedding_shape[0], stages[-1], channels)
        initialise_(self)

    def forward(
        self, parsing: UInt8[Tensor, "B T H W"], mask: Bool[Tensor, "B T"] | None = None
    ) -> Float[Tensor, "B P C"]:
        """Embed maps of labels 0 (background) to 11; `mask` is True where a frame is real.

        >>> model = ParsingGait(ParsingGait.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 21, 16])
        """
        frames = Frames.of(parsing, mask)
        labels = label_image(
            frames.pack(parsing), size=self.config.size, dtype=self.head.weight.dtype
        )
        features = self.backbone(labels, frames)
        strips = horizontal_pyramid(frames.max(features), self.config.bins)
        parts = frames.max(self._relate(self._cut_out(features, labels)))
        return self.head(torch.cat([strips, parts], dim=1))

    def _cut_out(
        self, features: Float[Tensor, "N C h w"], labels: Float[Tensor, "N 1 H W"]
    ) -> Float[Tensor, "N K C"]:
        """Each part's features, those outside of it weighted less, pooled over the pixels."""
        coarse = shrink_labels(labels, features.shape[2:])
        pooled = []
        for part, inside in zip(PARTS, self.inside, strict=True):
            weight = torch.where(is_any_of(coarse, part), inside, 1 - inside)
            pooled.append(pool_pixels(features * weight.unsqueeze(1)))
        return torch.stack(pooled, dim=1)

    def _relate(self, parts: Float[Tensor, "N K C"]) -> Float[Tensor, "N K C"]:
        for graph in (self.graph1, self.graph2):
            parts = relu(graph(dropout(parts, self.config.dropout, self.training)))
        return parts


class _StarGraph(nn.Module):
    """A graph convolution in which the first node is linked to all the others."""

    adjacency: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        bound = channels**-0.5
        self.weight = nn.Parameter(torch.empty(channels, channels).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(channels).uniform_(-bound, bound))
        self.bn = nn.BatchNorm1d(len(PARTS) * channels)
        links = torch.eye(len(PARTS), dtype=torch.float64)
        links[0], links[:, 0] = 1, 1
        root = links.sum(1).rsqrt()
        adjacency = (root[:, None] * links * root).to(self.weight.dtype)
        self.register_buffer("adjacency", adjacency, persistent=False)

    def forward(self, x: Float[Tensor, "N K C"]) -> Float[Tensor, "N K C"]:
        linked = self.adjacency @ (x @ self.weight) + self.bias
        return self.bn(linked.flatten(1)).unflatten(1, x.shape[1:])
