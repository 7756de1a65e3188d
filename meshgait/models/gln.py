"""GLN: set features of all depths in one pyramid (Hou et al., ECCV 2020)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn
from torch.nn.functional import interpolate, max_pool2d

from meshgait.nn import (
    PYRAMID,
    CompactBlock,
    ConvStack,
    Frames,
    PartLinear,
    Stages,
    StripConv2d,
    check_width,
    configured,
    embed_sequences,
    horizontal_pyramid,
    initialise_,
    scale_channels,
    to_unit_range,
)

OFFICIAL_NAMES = (
    (r"sil_stage_([012])\.forward_block\.(\d)\.conv\.", r"frame_stages.\1.\2."),
    (r"set_stage_([12])\.(\d)\.conv\.", r"set_stages.\1.\2."),
    (r"lateral_layer([123])\.", r"lateral.\1."),
    (r"smooth_layer([123])\.", r"smooth.\1."),
    (r"Head\.fc_bin", "head.weight"),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""


class GLN(nn.Module):
    """Set pooling at three depths, a feature pyramid of the results, one map per strip of each.

    The order of the frames does not matter. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The network published for Gait3D, whose tests leave the compact block out.

        `size` is (height, width) of the silhouettes. `stages` lists the channels of the three
        stages, `bins` the cuts of the pyramid, `channels` is that of the feature pyramid and the
        length of each part's embedding. `compact` shrinks all parts to a single one of
        `compact_channels`, as `CompactCrossEntropy` learnt it with `dropout` in a second phase.
        `width` scales all channels, for small machines.
        """

        size: tuple[int, int] = (64, 44)
        stages: Stages = ((32, 32), (64, 64), (128, 128))
        bins: tuple[int, ...] = PYRAMID
        channels: int = 256
        compact: bool = False  # whether all parts are shrunk to a single one
        compact_channels: int = 256  # channels of that part
        dropout: float = 0.9
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("silhouette",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        first, second, third, (channels, reduced) = scale_channels(
            (*config.stages, (config.channels, config.compact_channels)), config.width
        )
        parts = 3 * sum(config.bins)
        self.frame_stages = nn.ModuleDict(
            {
                "0": ConvStack(1, (first,)),
                "1": ConvStack(first[-1], (second,), first_kernel=3),
                "2": ConvStack(second[-1], (third,), first_kernel=3),
            }
        )
        self.set_stages = nn.ModuleDict(
            {
                "1": ConvStack(first[-1], (second,), first_kernel=3),
                "2": ConvStack(second[-1], (third,), first_kernel=3),
            }
        )
        depths = {"1": first[-1], "2": second[-1], "3": third[-1]}
        self.lateral = nn.ModuleDict(
            {name: StripConv2d(2 * count, channels, 1) for name, count in depths.items()}
        )
        self.smooth = nn.ModuleDict({name: StripConv2d(channels, channels) for name in depths})
        self.head = PartLinear(parts, channels, channels)
        self.embedding_shape = (1, reduced) if config.compact else (parts, channels)
        self.compact = (
            CompactBlock(parts, channels, reduced, dropout=config.dropout)
            if config.compact
            else nn.Identity()
        )
        initialise_(self)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes of bytes 0..255 or floats 0..1; `mask` is True where a frame is real.

        >>> model = GLN(GLN.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 93, 16])
        """
        frames = Frames.of(silhouette, mask)
        images = to_unit_range(
            frames.pack(silhouette), size=self.config.size, dtype=self.head.weight.dtype
        )
        maps = self._pyramid(*self._set_maps(images.unsqueeze(1), frames))
        parts = [horizontal_pyramid(x, self.config.bins) for x in maps]
        return self.compact(self.head(torch.cat(parts, dim=1)))

    def _set_maps(self, x: Float[Tensor, "N 1 H W"], frames: Frames) -> list[Tensor]:
        """Two streams side by side, at full, half and quarter size."""
        x = self.frame_stages["0"](x)
        pooled = frames.max(x)
        maps, whole = [torch.cat([pooled, pooled], dim=1)], pooled
        for name in ("1", "2"):
            x = self.frame_stages[name](max_pool2d(x, 2))
            pooled = frames.max(x)
            whole = self.set_stages[name](max_pool2d(whole, 2)) + pooled
            maps.append(torch.cat([pooled, whole], dim=1))
        return maps

    def _pyramid(self, full: Tensor, half: Tensor, quarter: Tensor) -> list[Tensor]:
        """Every depth with all deeper ones added."""
        third = self.lateral["3"](quarter)
        second = interpolate(third, scale_factor=2.0) + self.lateral["2"](half)
        first = interpolate(second, scale_factor=2.0) + self.lateral["1"](full)
        return [self.smooth[name](x) for name, x in zip("123", (first, second, third), strict=True)]


CASIA_B = GLN.Config(size=(128, 88))
"""The network published for CASIA-B."""
