"""GaitSet: a walk as a set of silhouettes (Chao et al., AAAI 2019)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
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
    (r"set_block([123])\.forward_block\.(\d)\.conv\.", r"frame_blocks.\1.\2."),
    (r"gl_block([23])\.(\d)\.conv\.", r"set_blocks.\1.\2."),
    (r"Head\.fc_bin", "head.weight"),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""


class GaitSet(nn.Module):
    """Convolutions per frame; after each block the maximum over frames joins a second stream.

    Parts of the frames' stream come before those of the set's. The order of the frames does not
    matter. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published network for Gait3D and CASIA-B; `OUMVLP` is the one with more channels.

        `size` is (height, width) of the silhouettes. `stages` lists the channels of the three
        blocks, `bins` the cuts of the pyramid, `channels` is the length of each part's embedding.
        `width` scales all channels, for small machines.
        """

        size: tuple[int, int] = (64, 44)
        stages: Stages = ((32, 32), (64, 64), (128, 128))
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
        first, second, third, (channels,) = scale_channels(
            (*config.stages, (config.channels,)), config.width
        )
        parts = 2 * sum(config.bins)
        self.embedding_shape = (parts, channels)
        self.frame_blocks = nn.ModuleDict(
            {
                "1": ConvStack(1, (first,), pool_last=True),
                "2": ConvStack(first[-1], (second,), first_kernel=3, pool_last=True),
                "3": ConvStack(second[-1], (third,), first_kernel=3),
            }
        )
        self.set_blocks = nn.ModuleDict(
            {
                "2": ConvStack(first[-1], (second,), first_kernel=3, pool_last=True),
                "3": ConvStack(second[-1], (third,), first_kernel=3),
            }
        )
        self.head = PartLinear(parts, third[-1], channels)
        initialise_(self)
        # Published: the set's stream starts as a copy of the frames'.
        for name, block in self.set_blocks.items():
            block.load_state_dict(self.frame_blocks[name].state_dict())

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes of bytes 0..255 or floats 0..1; `mask` is True where a frame is real.

        >>> model = GaitSet(GaitSet.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 62, 16])
        """
        frames = Frames.of(silhouette, mask)
        images = to_unit_range(
            frames.pack(silhouette), size=self.config.size, dtype=self.head.weight.dtype
        )
        x = self.frame_blocks["1"](images.unsqueeze(1))
        whole = self.set_blocks["2"](frames.max(x))
        x = self.frame_blocks["2"](x)
        whole = self.set_blocks["3"](whole + frames.max(x))
        pooled = frames.max(self.frame_blocks["3"](x))
        bins = self.config.bins
        parts = [horizontal_pyramid(features, bins) for features in (pooled, pooled + whole)]
        return self.head(torch.cat(parts, dim=1))


OUMVLP = GaitSet.Config(stages=((64, 64), (128, 128), (256, 256)))
"""The network published for OU-MVLP; OpenGait trains it on GREW, too."""
