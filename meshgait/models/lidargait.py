"""LidarGait: a residual network on images of what a laser scanner saw (Shen et al., CVPR 2023)."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn

from meshgait.errors import ShapeError
from meshgait.models import gaitbase
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

OFFICIAL_NAMES = gaitbase.OFFICIAL_NAMES
"""Regular expressions for the start of a name in the published checkpoints, and our start."""

COLOURS = 3


class LidarGait(nn.Module):
    """GaitBase on three channels: the coloured depth images of `modalities.lidar_depth`.

    The order of the frames does not matter. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published SUSTech1K network; settings are those of `GaitBase`."""

        size: tuple[int, int] = (64, 64)
        stages: tuple[int, int, int, int] = (64, 128, 256, 512)
        bins: tuple[int, ...] = (16,)
        channels: int = 256
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("depth_image",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        stages, (channels,) = scale_channels((config.stages, (config.channels,)), config.width)
        self.embedding_shape = (sum(config.bins), channels)
        self.backbone = ResidualNetwork(COLOURS, stages)
        self.head = PartLinear(sum(config.bins), stages[-1], channels)
        initialise_(self)

    def forward(
        self,
        depth_image: Float[Tensor, "B T 3 H W"] | UInt8[Tensor, "B T 3 H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed depth images of bytes 0..255 or floats 0..1; `mask` is True for real frames.

        >>> import torch
        >>> model = LidarGait(LidarGait.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 3, 64, 64, dtype=torch.uint8)).shape
        torch.Size([2, 16, 16])
        """
        if depth_image.ndim != 5 or depth_image.shape[2] != COLOURS:
            raise ShapeError(
                f"depth_image must be (B, T, {COLOURS}, H, W), got {tuple(depth_image.shape)}"
            )
        frames = Frames.of(depth_image, mask)
        size, dtype = self.config.size, self.head.weight.dtype
        images = to_unit_range(frames.pack(depth_image), size=size, dtype=dtype, rounded=False)
        features = frames.max(self.backbone(images, frames))
        return self.head(horizontal_pyramid(features, self.config.bins))
