"""SLN, the silhouette network of SMPLGait without its 3D branch (Zheng et al., CVPR 2022)."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn

from meshgait.nn import (
    PYRAMID,
    ConvStack,
    Frames,
    PartLinear,
    Stages,
    check_width,
    configured,
    embed_sequences,
    horizontal_pyramid,
    initialise_,
    scale_channels,
    to_unit_range,
)

OFFICIAL_NAMES = (
    (r"Backbone\.forward_block\.feature\.(\d+)\.conv\.", r"backbone.\1."),
    (r"FCs\.fc_bin", "head.weight"),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""


class SLN(nn.Module):
    """Convolutions per frame, maximum over frames, horizontal pyramid, one linear map per part.

    The order of the frames does not matter. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published Gait3D network; both its image sizes have the same weights.

        `size` is (height, width) of the silhouettes: (64, 44) or (128, 88). `stages` lists the
        channels of the convolutions between poolings, `bins` the cuts of the pyramid, `channels`
        is the length of each part's embedding. `width` scales all channels, for small machines.
        """

        size: tuple[int, int] = (64, 44)
        stages: Stages = ((64, 64), (128, 128), (256, 256))
        bins: tuple[int, ...] = PYRAMID
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
        *stages, (channels,) = scale_channels((*config.stages, (config.channels,)), config.width)
        self.embedding_shape = (sum(config.bins), channels)
        self.backbone = ConvStack(1, tuple(stages))
        self.head = PartLinear(sum(config.bins), stages[-1][-1], channels)
        initialise_(self)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes of bytes 0..255 or floats 0..1; `mask` is True where a frame is real.

        >>> import torch
        >>> model = SLN(SLN.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 31, 16])
        """
        frames = Frames.of(silhouette, mask)
        images = to_unit_range(
            frames.pack(silhouette), size=self.config.size, dtype=self.head.weight.dtype
        )
        features = frames.max(self.backbone(images.unsqueeze(1)))
        return self.head(horizontal_pyramid(features, self.config.bins))


OUMVLP = SLN.Config(stages=((32, 32), (64, 64), (128, 128, 256, 256)))
"""OpenGait's network for OU-MVLP."""

GREW = SLN.Config(stages=((32, 32), (64, 64), (128, 128, 256, 256)), bins=(16,))
"""OpenGait's network for GREW."""
