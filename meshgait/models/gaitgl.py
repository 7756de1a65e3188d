"""GaitGL: convolutions over space and time, of whole silhouettes and of strips (ICCV 2021)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, max_pool2d

from meshgait.nn import (
    Frames,
    GeneralisedMean,
    GlobalLocal,
    PartLinear,
    Stages,
    check_width,
    configured,
    convolution_3d,
    embed_sequences,
    initialise_,
    put_channels_last_,
    scale_channels,
    to_unit_range,
)

OFFICIAL_NAMES = (
    (r"conv3d\.(\d)\.conv3d\.", r"first.\1."),
    (r"LTA\.0\.conv3d\.", "thirds."),
    (r"GLConv(..)\.global_conv3d\.conv3d\.", r"blocks.\1.0.whole."),
    (r"GLConv(..)\.local_conv3d\.conv3d\.", r"blocks.\1.0.local."),
    (r"GLConv(..)\.(\d)\.global_conv3d\.conv3d\.", r"blocks.\1.\2.whole."),
    (r"GLConv(..)\.(\d)\.local_conv3d\.conv3d\.", r"blocks.\1.\2.local."),
    (r"HPP\.p", "pool.exponent"),
    (r"Head0\.fc_bin", "head.weight"),
    (r"Bn\.", "norm."),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""


class GaitGL(nn.Module):
    """3D convolutions in two streams, a third of the frames, generalised means of single rows.

    The embedding is that behind the batch norm. A sequence of one frame counts as three of them,
    one of two as both twice. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The smaller published network, for Gait3D and CASIA-B; `OUMVLP` is the larger one.

        `size` is (height, width) of the silhouettes. `first` lists the channels of the
        convolutions in front, `stages` those of the three stages of two streams, `strips` is the
        number of horizontal strips in the local stream, `parts` that of the pooled parts,
        `channels` the length of each part's embedding. `width` scales all channels, for small
        machines.
        """

        size: tuple[int, int] = (64, 44)
        first: tuple[int, ...] = (32,)
        stages: Stages = ((64,), (128,), (128,))
        strips: int = 8
        parts: int = 64
        channels: int = 128
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("silhouette",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        first, *stages, (channels,) = scale_channels(
            (config.first, *config.stages, (config.channels,)), config.width
        )
        self.embedding_shape = (config.parts, channels)
        self.first = nn.Sequential()
        for before, after in zip((1, *first), first, strict=False):
            self.first.extend(
                [convolution_3d(before, after, (3, 3, 3)), nn.LeakyReLU(0.01, inplace=True)]
            )
        self.thirds = nn.Conv3d(first[-1], first[-1], (3, 1, 1), stride=(3, 1, 1), bias=False)
        put_channels_last_(self.thirds)
        self.blocks = nn.ModuleDict()
        before = first[-1]
        for name, stage in zip(("A0", "A1", "B2"), stages, strict=True):
            layers = []
            for place, after in enumerate(stage):
                is_last = name == "B2" and place + 1 == len(stage)
                layers.append(GlobalLocal(before, after, strips=config.strips, stack=is_last))
                before = after
            self.blocks[name] = nn.Sequential(*layers)
        self.pool = GeneralisedMean(config.parts)
        self.head = PartLinear(config.parts, before, channels)
        self.norm = nn.BatchNorm1d(channels)
        initialise_(self)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes of bytes 0..255 or floats 0..1; `mask` is True where a frame is real.

        Frames are in order; those that `mask` leaves out are skipped.

        >>> model = GaitGL(GaitGL.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 64, 8])
        """
        frames = Frames.of(silhouette, mask)
        images = to_unit_range(
            frames.pack(silhouette), size=self.config.size, dtype=self.head.weight.dtype
        )
        frames = frames.aligned()
        clip, frames = _at_least_three(frames.unpack(images), frames)
        x = clip.unsqueeze(1)
        for layer in self.first:
            x = _clear(layer(x), frames)
        frames = _thirds(frames)
        x = _clear(leaky_relu(self.thirds(x), 0.01), frames)
        x = _pool_rows(self._block("A0", x, frames))
        x = self._block("B2", self._block("A1", x, frames), frames)
        features = frames.fill(x.transpose(1, 2), -torch.inf).amax(1)
        return self.norm(self.head(self.pool(features)).mT).mT

    def _block(self, name: str, x: Tensor, frames: Frames) -> Tensor:
        for layer in self.blocks[name].children():
            x = _clear(layer(x), frames)
        return x


def _at_least_three(
    clip: Float[Tensor, "B T H W"], frames: Frames
) -> tuple[Float[Tensor, "B t H W"], Frames]:
    """Sequences of one frame three times, those of two frames twice."""
    if frames.lengths is None:
        if frames.time >= 3:
            return clip, frames
        clip = torch.cat([clip] * (4 - frames.time), dim=1)
        return clip, Frames.of(clip, None)
    lengths = torch.tensor(frames.lengths, device=clip.device)[:, None]
    longer = tuple(length + 2 * (length < 3) for length in frames.lengths)
    frames = Frames.of_lengths(longer, clip.device)
    places = torch.arange(frames.time, device=clip.device) % lengths
    return frames.fill(clip.take_along_dim(places[..., None, None], dim=1)), frames


def _thirds(frames: Frames) -> Frames:
    if frames.mask is None or frames.lengths is None:
        return Frames(frames.batch, frames.time // 3, None, None)
    lengths = tuple(length // 3 for length in frames.lengths)
    return Frames.of_lengths(lengths, frames.mask.device)


def _clear(x: Float[Tensor, "B C T H W"], frames: Frames) -> Float[Tensor, "B C T H W"]:
    """Zeros in the padding, as beyond the ends of a sequence alone."""
    return frames.fill(x.transpose(1, 2)).transpose(1, 2)


def _pool_rows(x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B C T h w"]:
    """2 x 2 max pooling of each frame."""
    images = x.permute(0, 2, 3, 4, 1).flatten(0, 1).permute(0, 3, 1, 2)
    pooled = max_pool2d(images, 2).unflatten(0, (x.shape[0], x.shape[2]))
    return pooled.transpose(1, 2)


OUMVLP = GaitGL.Config(
    first=(32, 32), stages=((64, 64), (128, 128), (256, 256)), strips=2, channels=256
)
"""The network published for OU-MVLP and GREW."""
