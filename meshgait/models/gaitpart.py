"""GaitPart: strips convolved apart, and motion patterns per part (Fan et al., CVPR 2020)."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn

from meshgait.nn import (
    ConvStack,
    Frames,
    MicroMotion,
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
    (r"TFA\.pooling_func\.conv1d3x1\.(\d+)\.([02])\.conv\.", r"motion.short.\1.\2."),
    (r"TFA\.pooling_func\.conv1d3x3\.(\d+)\.([02])\.conv\.", r"motion.long.\1.\2."),
    (r"Head\.fc_bin", "head.weight"),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""


class GaitPart(nn.Module):
    """Convolutions per frame and strip, then patterns over time per part.

    `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published network for Gait3D and CASIA-B; `OUMVLP` is the one with more layers.

        `size` is (height, width) of the silhouettes. `stages` lists the channels of the
        convolutions between poolings, `strips` the horizontal strips that those of a stage treat
        apart, `parts` the strips that are followed over time, `channels` the length of each
        part's embedding, `squeeze` the factor by which the scores of motions are narrower than
        the features. `width` scales all channels, for small machines.
        """

        size: tuple[int, int] = (64, 44)
        stages: Stages = ((32, 32), (64, 64), (128, 128))
        strips: tuple[int, ...] = (1, 4, 8)
        parts: int = 16
        channels: int = 128
        squeeze: int = 4
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
        self.embedding_shape = (config.parts, channels)
        features = stages[-1][-1]
        self.backbone = ConvStack(1, tuple(stages), strips=config.strips)
        self.motion = MicroMotion(config.parts, features, squeeze=config.squeeze)
        self.head = PartLinear(config.parts, features, channels)
        initialise_(self)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes of bytes 0..255 or floats 0..1; `mask` is True where a frame is real.

        Frames are in order; those that `mask` leaves out are skipped.

        >>> import torch
        >>> model = GaitPart(GaitPart.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 16, 8])
        """
        frames = Frames.of(silhouette, mask)
        images = to_unit_range(
            frames.pack(silhouette), size=self.config.size, dtype=self.head.weight.dtype
        )
        x = horizontal_pyramid(self.backbone(images.unsqueeze(1)), (self.config.parts,))
        return self.head(self.motion(x, frames.aligned()))


OUMVLP = GaitPart.Config(
    stages=((32, 32), (64, 64), (128, 128, 256, 256)), strips=(1, 1, 8), channels=256
)
"""The network published for OU-MVLP; OpenGait trains it on GREW, too."""
