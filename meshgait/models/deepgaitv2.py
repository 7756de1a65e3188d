"""DeepGaitV2: deep residual networks over frames or clips (Fan et al., 2023)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn

from meshgait.errors import ConfigError
from meshgait.nn import (
    BlockKind,
    FrameBlock,
    Frames,
    PartLinear,
    PseudoVolumeBlock,
    ResidualNetwork,
    VolumeBlock,
    check_width,
    configured,
    embed_sequences,
    horizontal_pyramid,
    initialise_,
    scale_channels,
    to_unit_range,
)

OFFICIAL_NAMES = (
    (r"layer0\.forward_block\.0\.", "backbone.stem.conv."),
    (r"layer0\.forward_block\.1\.", "backbone.stem.norm."),
    (r"layer(\d)\.(\d+)\.conv([12])\.forward_block\.0\.", r"backbone.layer\1.\2.conv\3."),
    (r"layer(\d)\.(\d+)\.conv([12])\.forward_block\.1\.", r"backbone.layer\1.\2.bn\3."),
    (r"layer(\d)\.(\d+)\.shortcut3d\.", r"backbone.layer\1.\2.time_conv."),
    (r"layer(\d)\.(\d+)\.sbn\.", r"backbone.layer\1.\2.time_bn."),
    (
        r"layer(\d)\.(?:forward_block\.)?(\d+)\.(conv|bn|downsample)",
        r"backbone.layer\1.\2.\3",
    ),
    (r"FCs\.fc_bin", "head.weight"),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""

BLOCKS: dict[str, BlockKind] = {"2d": FrameBlock, "p3d": PseudoVolumeBlock, "3d": VolumeBlock}


class DeepGaitV2(nn.Module):
    """A residual network, maximum over frames, strips, one linear map per part.

    Of the three kinds only the `2d` one does not care for the order of the frames.
    `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published network for Gait3D and GREW; `SHALLOW` is that for other datasets.

        `size` is (height, width) of the silhouettes. `block` says how the convolutions look along
        time: not at all, beside the ones over the image (pseudo-3D), or as one. `stages` lists
        the channels of the residual stages, `depths` their blocks, `bins` the cuts of the
        pyramid, `channels` is the length of each part's embedding. `width` scales all channels,
        for small machines.
        """

        size: tuple[int, int] = (64, 44)
        block: Literal["2d", "p3d", "3d"] = "p3d"
        stages: tuple[int, int, int, int] = (64, 128, 256, 512)
        depths: tuple[int, int, int, int] = (1, 4, 4, 1)
        bins: tuple[int, ...] = (16,)
        channels: int = 256
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)
            if self.block not in BLOCKS:
                raise ConfigError(f"block must be one of {', '.join(BLOCKS)}, got {self.block!r}")

    inputs = ("silhouette",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        stages, (channels,) = scale_channels((config.stages, (config.channels,)), config.width)
        self.embedding_shape = (sum(config.bins), channels)
        self.backbone = ResidualNetwork(1, stages, counts=config.depths, kind=BLOCKS[config.block])
        self.head = PartLinear(sum(config.bins), stages[-1], channels)
        initialise_(self)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes of bytes 0..255 or floats 0..1; `mask` is True where a frame is real.

        >>> import torch
        >>> model = DeepGaitV2(DeepGaitV2.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 16, 16])
        """
        frames = Frames.of(silhouette, mask)
        images = to_unit_range(
            frames.pack(silhouette), size=self.config.size, dtype=self.head.weight.dtype
        )
        features = frames.max(self.backbone(images.unsqueeze(1), frames))
        return self.head(horizontal_pyramid(features, self.config.bins))


SHALLOW = DeepGaitV2.Config(depths=(1, 1, 1, 1))
"""The network published for CASIA-B and OU-MVLP."""

FRAMES = DeepGaitV2.Config(block="2d")
SHALLOW_FRAMES = DeepGaitV2.Config(block="2d", depths=(1, 1, 1, 1))
VOLUMES = DeepGaitV2.Config(block="3d")
SHALLOW_VOLUMES = DeepGaitV2.Config(block="3d", depths=(1, 1, 1, 1))
"""The same two with the other kinds of convolutions."""
