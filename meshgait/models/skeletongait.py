"""SkeletonGait: DeepGaitV2 on heat maps of joints and limbs (Fan et al., AAAI 2024)."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn

from meshgait.models import deepgaitv2
from meshgait.nn import (
    Frames,
    PartLinear,
    PseudoVolumeBlock,
    ResidualNetwork,
    check_width,
    configured,
    embed_sequences,
    horizontal_pyramid,
    initialise_,
    scale_channels,
    to_unit_range,
)

OFFICIAL_NAMES = deepgaitv2.OFFICIAL_NAMES
"""Regular expressions for the start of a name in the published checkpoints, and our start."""

MAPS = 2


class SkeletonGait(nn.Module):
    """A pseudo-3D residual network, maximum over frames, strips, one linear map per part.

    `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published network for Gait3D and GREW; `SHALLOW` is that for smaller datasets.

        `size` is (height, width) of the heat maps. `stages` lists the channels of the residual
        stages, `depths` their blocks, `bins` the cuts of the pyramid, `channels` is the length of
        each part's embedding. `width` scales all channels, for small machines.
        """

        size: tuple[int, int] = (64, 44)
        stages: tuple[int, int, int, int] = (64, 128, 256, 512)
        depths: tuple[int, int, int, int] = (1, 4, 4, 1)
        bins: tuple[int, ...] = (16,)
        channels: int = 256
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("pose_heatmap",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        stages, (channels,) = scale_channels((config.stages, (config.channels,)), config.width)
        self.embedding_shape = (sum(config.bins), channels)
        self.backbone = ResidualNetwork(MAPS, stages, counts=config.depths, kind=PseudoVolumeBlock)
        self.head = PartLinear(sum(config.bins), stages[-1], channels)
        initialise_(self)

    def forward(
        self,
        pose_heatmap: Float[Tensor, "B T 2 H W"] | UInt8[Tensor, "B T 2 H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed heat maps of limbs and of joints, bytes 0..255 or floats 0..1.

        `mask` is True where a frame is real.

        >>> import torch
        >>> model = SkeletonGait(SkeletonGait.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 2, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 16, 16])
        """
        frames = Frames.of(pose_heatmap, mask)
        maps = to_unit_range(
            frames.pack(pose_heatmap), size=self.config.size, dtype=self.head.weight.dtype
        )
        features = frames.max(self.backbone(maps, frames))
        return self.head(horizontal_pyramid(features, self.config.bins))


SHALLOW = SkeletonGait.Config(depths=(1, 1, 1, 1))
"""The network for smaller datasets."""
