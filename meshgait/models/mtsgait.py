"""MTSGait: SLN that exchanges channels between frames (Zheng et al., ACM Multimedia 2022)."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn

from meshgait.errors import ConfigError
from meshgait.models import sln
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
    mix_frames,
    scale_channels,
    to_unit_range,
)

OFFICIAL_NAMES = sln.OFFICIAL_NAMES
"""Regular expressions for the start of a name in the published checkpoints, and our start."""


class MTSGait(nn.Module):
    """SLN in which each convolution but the first sees some channels of other frames.

    The names and shapes of the weights are those of `SLN`. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published Gait3D network; its clips come from `meshgait.data.ContinuousFrames`.

        `size`, `stages`, `bins`, `channels` and `width` are those of `SLN`. A convolution of C
        channels adds to the first C / `folds` of them those of the frames that come `hops` later,
        and to as many at the end those of the frames before; with `bidirectional=False` both
        take the past.
        """

        size: tuple[int, int] = (64, 44)
        stages: Stages = ((64, 64), (128, 128), (256, 256))
        bins: tuple[int, ...] = PYRAMID
        channels: int = 256
        hops: tuple[int, ...] = (1, 3)  # frames by which channels are moved
        folds: int = 16  # one of so many channels is moved each way
        bidirectional: bool = True
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)
            if self.folds < 2 or any(hop < 1 for hop in self.hops):
                raise ConfigError(
                    f"folds must be 2 or more and hops 1 or more, got {self.folds} and {self.hops}"
                )

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

        Frames are in order; those that `mask` leaves out are skipped.

        >>> import torch
        >>> model = MTSGait(MTSGait.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 31, 16])
        """
        config, frames = self.config, Frames.of(silhouette, mask)
        images = to_unit_range(
            frames.pack(silhouette), size=config.size, dtype=self.head.weight.dtype
        )
        frames = frames.aligned()
        first, *layers = self.backbone
        x = first(images.unsqueeze(1))
        for layer in layers:
            if isinstance(layer, nn.Conv2d):
                x = mix_frames(
                    x, frames, config.hops, folds=config.folds, bidirectional=config.bidirectional
                )
            x = layer(x)
        return self.head(horizontal_pyramid(frames.max(x), config.bins))
