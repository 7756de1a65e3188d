"""CSTL: one frame, a few and all of them, weighed by their context (Huang et al., ICCV 2021)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from meshgait.nn import (
    ConvStack,
    Frames,
    PartLinear,
    PartPointwise,
    check_width,
    configured,
    embed_sequences,
    initialise_,
    scale_channels,
    to_unit_range,
)

OFFICIAL_NAMES = (
    (r"conv2d_1\.forward_block\.conv2d\.", "backbone.0."),
    (r"conv2d_2\.forward_block\.conv2d\.", "backbone.2."),
    (r"conv2d_3\.forward_block\.conv2d\.", "backbone.5."),
    (r"conv2d_4\.forward_block\.conv2d\.", "backbone.7."),
    (r"multi_scale\.score\.(\d)\.", r"long_score.\1."),
    (r"multi_scale\.short_term\.(\d)\.(\d)\.", r"short.\1.\2."),
    (r"adaptive_aggregation\.in_conv\.", "attention.0."),
    (r"adaptive_aggregation\.out_conv\.", "attention.2."),
    (r"salient_learning\.part_score\.(\d)\.", r"salience.\1."),
    (r"salient_learning\.decay_channel\.", "decay."),
    ("fc_bin", "head.weight"),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""

SQUEEZE = 16


class CSTL(nn.Module):
    """Each row of the feature maps is a part; every part has its own layers over time.

    `embedding_shape` is (P, C), with as many parts as half the rows of a silhouette.
    """

    @dataclass(frozen=True)
    class Config:
        """The published network; `CASIA_B` is for larger images.

        `size` is (height, width) of the silhouettes. `stages` lists the channels of the
        convolutions in front of the only pooling and behind it, `channels` is the length of each
        part's embedding. `width` scales all channels, for small machines.
        """

        size: tuple[int, int] = (64, 44)
        stages: tuple[tuple[int, int], tuple[int, int]] = ((32, 64), (128, 128))
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
        parts, count = config.size[0] // 2, stages[-1][-1]
        hidden = max(1, count // SQUEEZE)
        self.embedding_shape, self.salient_channels = (parts, channels), count
        self.backbone = ConvStack(1, tuple(stages), first_kernel=3)
        self.short = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(parts * count, parts * count, 3, padding=1, groups=parts, bias=False),
                nn.BatchNorm1d(parts * count),
            )
            for _ in range(2)
        )
        self.long_score = nn.Sequential(
            PartPointwise(parts, count, hidden),
            nn.BatchNorm1d(parts * hidden),
            nn.LeakyReLU(0.01),
            PartPointwise(parts, hidden, count),
        )
        self.attention = nn.Sequential(
            PartPointwise(parts, 3 * count, 3 * hidden),
            nn.LeakyReLU(0.01),
            PartPointwise(parts, 3 * hidden, 3 * count),
        )
        self.salience = nn.Sequential(
            PartPointwise(parts, 3 * count, 3 * hidden),
            nn.BatchNorm1d(3 * parts * hidden),
            nn.LeakyReLU(0.01),
            PartPointwise(parts, 3 * hidden, 1),
        )
        self.decay = PartPointwise(parts, 3 * count, count)
        self.head = PartLinear(parts, 3 * count, channels)
        initialise_(self)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes of bytes 0..255 or floats 0..1; `mask` is True where a frame is real.

        Frames are in order; those that `mask` leaves out are skipped.

        >>> model = CSTL(CSTL.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 32, 16])
        """
        return self.describe(silhouette, mask)[0]

    def describe(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> tuple[Float[Tensor, "B P C"], Float[Tensor, "B P D"]]:
        """The embedding, and the salient features that the published training classifies."""
        frames = Frames.of(silhouette, mask)
        images = to_unit_range(
            frames.pack(silhouette), size=self.config.size, dtype=self.head.weight.dtype
        )
        frames = frames.aligned()
        maps = self.backbone(images.unsqueeze(1))
        frame = (maps.amax(3) + maps.mean(3)).mT  # (N, P, C)
        scales = [frame, self._short_term(frame, frames), self._long_term(frame, frames)]
        summary = self._aggregate(scales, frames)
        salient, selected = self._select(scales, frames)
        return self.head(torch.cat([summary, salient, selected], dim=2)), salient

    def _short_term(self, x: Float[Tensor, "N P C"], frames: Frames) -> Float[Tensor, "N P C"]:
        """A few frames, in two widths."""
        near = x.flatten(1)
        widths = []
        for layers in self.short:
            convolution, norm = layers.children()
            near = norm(frames.pack(convolution(frames.unpack(near).mT).mT))
            widths.append(near)
        return (widths[0] + widths[1]).unflatten(1, x.shape[1:])

    def _long_term(self, x: Float[Tensor, "N P C"], frames: Frames) -> Float[Tensor, "N P C"]:
        """All frames, the same for each of them."""
        score = self.long_score(x.flatten(1)).sigmoid().unflatten(1, x.shape[1:])
        whole = frames.mean(x * score) / frames.mean(score)
        return frames.pack(whole.unsqueeze(1).expand(-1, frames.time, -1, -1))

    def _aggregate(self, scales: list[Tensor], frames: Frames) -> Float[Tensor, "B P C"]:
        """One mean over time and scales, weighted by attention to all three."""
        frame, short, long = scales
        x = torch.stack([frame, frame + short, frame + short + long], dim=2)  # (N, P, 3, C)
        weight = self.attention(x.flatten(1)).sigmoid().view_as(x)
        total = frames.mean((x * weight).sum(2)) / frames.mean(weight.sum(2))
        return leaky_relu(total, 0.01)

    def _select(
        self, scales: list[Tensor], frames: Frames
    ) -> tuple[Float[Tensor, "B P C"], Float[Tensor, "B P C"]]:
        """Mean weighted by how salient a part is in each frame, and its most salient frame."""
        frame = scales[0]
        x = torch.cat(scales, dim=2).flatten(1)
        score = self.salience(x).sigmoid().unsqueeze(2)  # (N, P, 1)
        features = self.decay(x).view_as(frame)
        salient = frames.mean(features * score) / frames.mean(score)
        best = frames.fill(frames.unpack(score), -1).argmax(1, keepdim=True)  # (B, 1, P, 1)
        index = best.expand(-1, -1, -1, frame.shape[2])
        return salient, frames.unpack(frame).gather(1, index).squeeze(1)


CASIA_B = CSTL.Config(size=(128, 88))
"""The network published for CASIA-B."""
