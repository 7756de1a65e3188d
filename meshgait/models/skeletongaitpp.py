"""SkeletonGait++: silhouettes and heat maps of the pose, fused early (Fan et al., AAAI 2024)."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn

from meshgait.errors import ShapeError
from meshgait.nn import (
    AttentionFusion,
    FrameBlock,
    Frames,
    PartLinear,
    PseudoVolumeBlock,
    ResidualStage,
    Stem,
    check_width,
    configured,
    embed_sequences,
    horizontal_pyramid,
    initialise_,
    scale_channels,
    to_unit_range,
)

OFFICIAL_NAMES = (
    (r"(sil|map)_layer0\.forward_block\.0\.", r"\1_stem.conv."),
    (r"(sil|map)_layer0\.forward_block\.1\.", r"\1_stem.norm."),
    (r"(sil|map)_layer1\.forward_block\.", r"\1_layer."),
    (r"fusion\.conv\.forward_block\.", "fusion.score."),
    (r"layer(\d)\.(\d+)\.conv([12])\.forward_block\.0\.", r"layer\1.\2.conv\3."),
    (r"layer(\d)\.(\d+)\.conv([12])\.forward_block\.1\.", r"layer\1.\2.bn\3."),
    (r"layer(\d)\.(\d+)\.shortcut3d\.", r"layer\1.\2.time_conv."),
    (r"layer(\d)\.(\d+)\.sbn\.", r"layer\1.\2.time_bn."),
    (r"layer(\d)\.(\d+)\.downsample\.", r"layer\1.\2.downsample."),
    (r"FCs\.fc_bin", "head.weight"),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""

MAPS = 2


class SkeletonGaitPP(nn.Module):
    """Two shallow branches, attention between them, then the pseudo-3D network of DeepGaitV2.

    `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published network for Gait3D and GREW; `SHALLOW` is that for smaller datasets.

        `size` is (height, width) of silhouettes and heat maps. `stages` lists the channels of the
        residual stages (both branches have the first), `depths` their blocks, `bins` the cuts of
        the pyramid, `channels` is the length of each part's embedding. `width` scales all
        channels, for small machines.
        """

        size: tuple[int, int] = (64, 44)
        stages: tuple[int, int, int, int] = (64, 128, 256, 512)
        depths: tuple[int, int, int, int] = (1, 4, 4, 1)
        bins: tuple[int, ...] = (16,)
        channels: int = 256
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("silhouette", "pose_heatmap")
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        (one, two, three, four), (channels,) = scale_channels(
            (config.stages, (config.channels,)), config.width
        )
        depths, deep = config.depths, PseudoVolumeBlock
        self.embedding_shape = (sum(config.bins), channels)
        self.sil_stem, self.map_stem = Stem(1, one), Stem(MAPS, one)
        self.sil_layer = ResidualStage(FrameBlock, one, one, count=depths[0])
        self.map_layer = ResidualStage(FrameBlock, one, one, count=depths[0])
        self.fusion = AttentionFusion(one)
        self.layer2 = ResidualStage(deep, one, two, stride=2, count=depths[1])
        self.layer3 = ResidualStage(deep, two, three, stride=2, count=depths[2])
        self.layer4 = ResidualStage(deep, three, four, count=depths[3])
        self.head = PartLinear(sum(config.bins), four, channels)
        initialise_(self)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        pose_heatmap: Float[Tensor, "B T 2 H W"] | UInt8[Tensor, "B T 2 H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes with the heat maps of limbs and of joints of the same frames.

        All are bytes 0..255 or floats 0..1; `mask` is True where a frame is real.

        >>> import torch
        >>> model = SkeletonGaitPP(SkeletonGaitPP.Config(width=1 / 16))
        >>> images = torch.zeros(2, 5, 3, 64, 44, dtype=torch.uint8)
        >>> model(images[:, :, 0], images[:, :, 1:]).shape
        torch.Size([2, 16, 16])
        """
        if pose_heatmap.shape[:3] != (*silhouette.shape[:2], MAPS):
            raise ShapeError(
                f"pose_heatmap must be (B, T, {MAPS}, H, W) for the same frames as silhouette "
                f"(B, T, H, W); got {tuple(pose_heatmap.shape)} and {tuple(silhouette.shape)}"
            )
        frames = Frames.of(silhouette, mask)
        size, dtype = self.config.size, self.head.weight.dtype
        shape = to_unit_range(frames.pack(silhouette), size=size, dtype=dtype).unsqueeze(1)
        pose = to_unit_range(frames.pack(pose_heatmap), size=size, dtype=dtype)
        x = self.fusion(
            self.sil_layer(self.sil_stem(shape), frames),
            self.map_layer(self.map_stem(pose), frames),
        )
        x = self.layer4(self.layer3(self.layer2(x, frames), frames), frames)
        return self.head(horizontal_pyramid(frames.max(x), self.config.bins))


SHALLOW = SkeletonGaitPP.Config(depths=(1, 1, 1, 1))
"""The network for smaller datasets."""
