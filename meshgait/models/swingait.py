"""SwinGait-3D: residual stages, then attention within shifted windows (Fan et al., 2023)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn
from torch.nn.functional import conv2d, interpolate

from meshgait.models import deepgaitv2
from meshgait.nn import (
    FrameBlock,
    Frames,
    PartLinear,
    PseudoVolumeBlock,
    ResidualStage,
    Stem,
    WindowBlock,
    check_width,
    configured,
    cut_windows,
    embed_sequences,
    horizontal_pyramid,
    initialise_,
    scale_channels,
    to_unit_range,
)

OFFICIAL_NAMES = (
    *((pattern, start.replace("backbone.", "")) for pattern, start in deepgaitv2.OFFICIAL_NAMES),
    (r"transformer\.patch_embed\.proj\.", "patches."),
    (r"transformer\.patch_embed\.norm\.", "patches_norm."),
    (r"transformer\.layers\.0\.blocks\.", "blocks1."),
    (r"transformer\.layers\.1\.blocks\.", "blocks2."),
    (r"transformer\.layers\.0\.downsample\.", "between."),
    (r"transformer\.norm\.", "norm."),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""

OFFICIAL_IGNORED = (r"transformer\.layers\.\d\.blocks\.\d\.attn\.relative_position_index",)
"""Names in the published checkpoints that hold constants."""

WINDOW = (3, 3, 5)
GRID = (30, 20)  # features are resized to this, of which 2 x 2 become a token
HEADS = (16, 32)
PARTS, PUBLISHED_PARTS = 15, 16
DROP = 0.1


class SwinGait(nn.Module):
    """The first stages of DeepGaitV2, two stages of windows, maximum over frames, strips.

    `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published network for SUSTech1K and CCPG; `LARGE` is that for Gait3D and GREW.

        `depths` are the blocks of the stages: frames, pseudo-3D, windows, windows. `stages` lists
        their channels, of the windows at least their heads, `channels` is the length of each part's
        embedding; `width` scales both. Walks are filled up to whole windows of three frames, and
        with `as_published` the frames that fill up take part in the attention.
        """

        size: tuple[int, int] = (64, 44)
        stages: tuple[int, int, int, int] = (64, 128, 256, 512)
        depths: tuple[int, int, int, int] = (1, 1, 2, 2)
        channels: int = 256
        as_published: bool = False
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("silhouette",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        (one, two, *dims), (channels,) = scale_channels(
            (config.stages, (config.channels,)), config.width
        )
        dims = [max(1, round(n / heads)) * heads for n, heads in zip(dims, HEADS, strict=True)]
        depths = config.depths
        self.embedding_shape = (PARTS, channels)
        self.stem = Stem(1, one)
        self.layer1 = ResidualStage(FrameBlock, one, one, count=depths[0])
        self.layer2 = ResidualStage(PseudoVolumeBlock, one, two, stride=2, count=depths[1])
        self.patches = nn.Conv3d(two, dims[0], (1, 2, 2), stride=(1, 2, 2))
        self.patches_norm = nn.LayerNorm(dims[0])
        deepest = max(1, depths[2] + depths[3] - 1)
        drops = [DROP * place / deepest for place in range(deepest + 1)]
        self.blocks1, self.blocks2 = (
            nn.ModuleList(WindowBlock(dim, heads, WINDOW, drop=drop) for drop in some)
            for dim, heads, some in zip(
                dims, HEADS, (drops[: depths[2]], drops[depths[2] :]), strict=True
            )
        )
        self.between = nn.Sequential(nn.LayerNorm(dims[0]), nn.Linear(dims[0], dims[1], bias=False))
        self.norm = nn.LayerNorm(dims[1])
        # The 16th part of the published weights is for those of DeepGaitV2; nothing reads it.
        self.head = PartLinear(PUBLISHED_PARTS, dims[1], channels)
        initialise_(self)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes of bytes 0..255 or floats 0..1; `mask` is True where a frame is real.

        >>> model = SwinGait(SwinGait.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 15, 16])
        """
        frames = Frames.of(silhouette, mask)
        size, dtype = self.config.size, self.head.weight.dtype
        images = to_unit_range(frames.pack(silhouette), size=size, dtype=dtype, rounded=False)
        x = self.layer1(self.stem(images.unsqueeze(1)), frames)
        x = interpolate(self.layer2(x, frames), size=GRID, mode="bilinear", align_corners=True)
        weight = self.patches.weight.squeeze(2)
        tokens = conv2d(x, weight, self.patches.bias, stride=2).permute(0, 2, 3, 1)
        walks = self._attend(self.patches_norm(tokens), frames)
        strips = horizontal_pyramid(walks.permute(0, 3, 1, 2), (PARTS,))
        return self._map_parts(strips)

    def _map_parts(self, strips: Float[Tensor, "B P D"]) -> Float[Tensor, "B P C"]:
        return self.head(torch.cat([strips, strips[:, -1:].detach()], dim=1))[:, :PARTS]

    def _attend(self, tokens: Float[Tensor, "N h w C"], frames: Frames) -> Float[Tensor, "B h w D"]:
        """The maximum over each walk; walks of one length together, for windows depend on it."""
        if frames.lengths is None:
            return self._transform(tokens.unflatten(0, (frames.batch, frames.time))).amax(1)
        walks = frames.split(tokens)
        found: dict[int, Tensor] = {}
        for length in sorted(set(frames.lengths)):
            same = [i for i, other in enumerate(frames.lengths) if other == length]
            deep = self._transform(torch.stack([walks[i] for i in same])).amax(1)
            found.update(zip(same, deep, strict=True))
        return torch.stack([found[i] for i in range(frames.batch)])

    def _transform(self, x: Float[Tensor, "n t h w C"]) -> Float[Tensor, "n t h w D"]:
        """Both stages of windows on walks of equal length."""
        extent = (x.shape[1], x.shape[2], x.shape[3])
        cuts = [
            cut_windows(extent, WINDOW, shifted=shifted, phantoms=self.config.as_published, like=x)
            for shifted in (False, True)
        ]
        for number, block in enumerate(self.blocks1):
            x = block(x, cuts[number % 2])
        x = self.between(x)
        for number, block in enumerate(self.blocks2):
            x = block(x, cuts[number % 2])
        return self.norm(x)


LARGE = SwinGait.Config(depths=(1, 4, 4, 2))
"""The published network for Gait3D and GREW."""
