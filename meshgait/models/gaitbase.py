"""GaitBase: a residual network per frame, the reference of OpenGait (Fan et al., CVPR 2023)."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn

from meshgait.nn import (
    Frames,
    PartLinear,
    ResidualNetwork,
    check_width,
    configured,
    embed_sequences,
    horizontal_pyramid,
    initialise_,
    scale_channels,
    to_unit_range,
)

OFFICIAL_NAMES = (
    (r"Backbone\.forward_block\.conv1\.conv\.", "backbone.stem.conv."),
    (r"Backbone\.forward_block\.bn1\.", "backbone.stem.norm."),
    (r"Backbone\.forward_block\.layer", "backbone.layer"),
    (r"FCs\.fc_bin", "head.weight"),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""


class GaitBase(nn.Module):
    """A nine-layer residual network, maximum over frames, strips, one linear map per part.

    The order of the frames does not matter. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published network, the same for all datasets.

        `size` is (height, width) of the silhouettes. `stages` lists the channels of the residual
        stages, `bins` the cuts of the pyramid, `channels` is the length of each part's embedding.
        `width` scales all channels, for small machines.
        """

        size: tuple[int, int] = (64, 44)
        stages: tuple[int, int, int, int] = (64, 128, 256, 512)
        bins: tuple[int, ...] = (16,)
        channels: int = 256
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("silhouette",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        stages, (channels,) = scale_channels((config.stages, (config.channels,)), config.width)
        self.embedding_shape = (sum(config.bins), channels)
        self.backbone = ResidualNetwork(1, stages)
        self.head = PartLinear(sum(config.bins), stages[-1], channels)
        initialise_(self)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes of bytes 0..255 or floats 0..1; `mask` is True where a frame is real.

        >>> import torch
        >>> model = GaitBase(GaitBase.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 16, 16])
        """
        frames = Frames.of(silhouette, mask)
        images = to_unit_range(
            frames.pack(silhouette), size=self.config.size, dtype=self.head.weight.dtype
        )
        features = frames.max(self.backbone(images.unsqueeze(1), frames))
        return self.head(horizontal_pyramid(features, self.config.bins))
