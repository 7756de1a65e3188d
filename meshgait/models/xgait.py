"""XGait: silhouettes and body-part labels, aligned across granularities (Zheng et al., MM 2024)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn

from meshgait.errors import ShapeError
from meshgait.nn import (
    Frames,
    PartLinear,
    ResidualNetwork,
    check_width,
    configured,
    embed_sequences,
    horizontal_pyramid,
    initialise_,
    is_any_of,
    label_image,
    pool_pixels,
    scale_channels,
    shrink_labels,
    to_unit_range,
)

OFFICIAL_NAMES = (
    (r"Backbone_(sil|par)\.forward_block\.conv1\.conv\.", r"backbone_\1.stem.conv."),
    (r"Backbone_(sil|par)\.forward_block\.bn1\.", r"backbone_\1.stem.norm."),
    (r"Backbone_(sil|par)\.forward_block\.layer", r"backbone_\1.layer"),
    (r"(gcm|pcm_up|pcm_middle|pcm_down)\.fc\.", r"\1.gate."),
    (r"(pcm_up|pcm_middle|pcm_down)\.gammas", r"\1.inside"),
    (r"FCs_(sil|par|gcm|pcm)\.fc_bin", r"heads.\1.weight"),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""

BRANCHES = ("sil", "par", "gcm", "pcm")
"""Silhouette, parsing, their global and their part-wise alignment: the order of the parts."""

UP, MIDDLE, DOWN = (1,), (2, 3, 4, 5, 6, 11), (7, 8, 9, 10, 11)
"""Labels of the head; of torso, arms, hands and dress; of legs, feet and dress."""

SQUEEZE = 16


class XGait(nn.Module):
    """Two networks like GaitBase, two fusions of their features, strips, one linear map per part.

    The order of the frames does not matter. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published Gait3D-Parsing network.

        `size`, `stages`, `channels` and `width` are those of `GaitBase`, as are `bins`, the cuts
        of the pyramid of each of the four branches.
        """

        size: tuple[int, int] = (64, 44)
        stages: tuple[int, int, int, int] = (64, 128, 256, 512)
        bins: tuple[int, ...] = (16,)
        channels: int = 256
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("silhouette", "parsing")
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        stages, (channels,) = scale_channels((config.stages, (config.channels,)), config.width)
        parts, deep = sum(config.bins), stages[-1]
        self.embedding_shape = (len(BRANCHES) * parts, channels)
        self.backbone_sil = ResidualNetwork(1, stages)
        self.backbone_par = ResidualNetwork(1, stages)
        self.gcm = _Alignment(deep)
        self.pcm_up, self.pcm_middle, self.pcm_down = (_PartAlignment(deep) for _ in range(3))
        self.heads = nn.ModuleDict({name: PartLinear(parts, deep, channels) for name in BRANCHES})
        initialise_(self)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        parsing: UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes (bytes 0..255 or floats 0..1) and labels 0..11 of the same frames.

        `mask` is True where a frame is real.

        >>> model = XGait(XGait.Config(width=1 / 16))
        >>> clip = torch.zeros(2, 5, 64, 44, dtype=torch.uint8)
        >>> model(clip, clip).shape
        torch.Size([2, 64, 16])
        """
        if parsing.shape[:2] != silhouette.shape[:2]:
            raise ShapeError(
                "silhouette and parsing must be (B, T, H, W) of the same frames, got "
                f"{tuple(silhouette.shape)} and {tuple(parsing.shape)}"
            )
        frames = Frames.of(silhouette, mask)
        size, dtype = self.config.size, next(self.parameters()).dtype
        images = to_unit_range(frames.pack(silhouette), size=size, dtype=dtype).unsqueeze(1)
        labels = label_image(frames.pack(parsing), size=size, dtype=dtype)
        sil, par = self.backbone_sil(images, frames), self.backbone_par(labels, frames)
        maps = (sil, par, self.gcm(sil, par), self._align_parts(sil, par, labels))
        embeddings = [
            head(horizontal_pyramid(frames.max(features), self.config.bins))
            for head, features in zip(self.heads.values(), maps, strict=True)
        ]
        return torch.cat(embeddings, dim=1)

    def _align_parts(
        self,
        sil: Float[Tensor, "N C h w"],
        par: Float[Tensor, "N C h w"],
        labels: Float[Tensor, "N 1 H W"],
    ) -> Float[Tensor, "N C h w"]:
        """The rows of head, trunk and legs, each fused by its own gate."""
        coarse, height = shrink_labels(labels, sil.shape[2:]), sil.shape[2]
        quarter = height // 4
        # The published network looks at the upper quarter of the silhouette for all three.
        shape = pool_pixels(sil[:, :, :quarter])
        rows = []
        for module, part, start, stop in (
            (self.pcm_up, UP, 0, quarter),
            (self.pcm_middle, MIDDLE, quarter, 3 * quarter),
            (self.pcm_down, DOWN, height - quarter, height),
        ):
            first, second = module(shape, par, is_any_of(coarse, part))
            rows.append(sil[:, :, start:stop] * first + par[:, :, start:stop] * second)
        return torch.cat(rows, dim=2)


def _gate(channels: int) -> nn.Sequential:
    """Two weights per channel, in 0..1, from two vectors."""
    hidden = max(1, channels // SQUEEZE)
    return nn.Sequential(
        nn.Linear(2 * channels, hidden, bias=False),
        nn.ReLU(),
        nn.Linear(hidden, 2 * channels, bias=False),
        nn.Sigmoid(),
    )


class _Alignment(nn.Module):
    """The sum of two feature maps, weighted per channel by what both show on average."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gate = _gate(channels)

    def forward(
        self, sil: Float[Tensor, "N C h w"], par: Float[Tensor, "N C h w"]
    ) -> Float[Tensor, "N C h w"]:
        weight = self.gate(torch.cat([sil.mean((2, 3)), par.mean((2, 3))], dim=1))
        first, second = weight[:, :, None, None].chunk(2, dim=1)
        return sil * first + par * second


class _PartAlignment(nn.Module):
    """Weights per channel from the silhouette and from one body part's features."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inside = nn.Parameter(torch.full((1,), 0.75))
        self.gate = _gate(channels)

    def forward(
        self,
        shape: Float[Tensor, "N C"],
        par: Float[Tensor, "N C h w"],
        is_part: Bool[Tensor, "N h w"],
    ) -> tuple[Tensor, Tensor]:
        weight = torch.where(is_part, self.inside, 1 - self.inside).unsqueeze(1)
        gate = self.gate(torch.cat([shape, pool_pixels(par * weight)], dim=1))
        first, second = gate[:, :, None, None].chunk(2, dim=1)
        return first, second
