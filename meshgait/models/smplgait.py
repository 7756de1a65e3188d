"""SMPLGait: silhouettes, straightened by body parameters (Zheng et al., CVPR 2022)."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn

from meshgait.body.smpl_row import BODY, CAMERA
from meshgait.errors import ShapeError
from meshgait.models import sln
from meshgait.nn import (
    PYRAMID,
    ConvStack,
    Frames,
    PartLinear,
    SpatialTransform,
    Stages,
    check_width,
    configured,
    embed_sequences,
    horizontal_pyramid,
    initialise_,
    scale_channels,
    to_unit_range,
    transform_columns,
)

OFFICIAL_NAMES = (
    *sln.OFFICIAL_NAMES,
    (r"(fc|bn)([123])\.", r"transform.\1\2."),
)
"""Regular expressions for the start of a name in the published checkpoints, and our start."""


class SMPLGait(nn.Module):
    """SLN whose feature maps are multiplied, frame by frame, by a matrix made of SMPL parameters.

    The order of the frames does not matter. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published Gait3D network at 64 x 44; `size=(128, 88)` is the larger published one.

        `size`, `stages`, `bins`, `channels` and `width` are those of `SLN`. `hidden` and
        `dropout` belong to the branch of the SMPL parameters. `camera=False` hides from it where
        in the picture the person stood: the published network sees that, a person's gait has
        nothing to do with it.
        """

        size: tuple[int, int] = (64, 44)
        stages: Stages = ((64, 64), (128, 128), (256, 256))
        bins: tuple[int, ...] = PYRAMID
        channels: int = 256
        hidden: tuple[int, int] = (128, 256)  # channels of the branch of the SMPL parameters
        dropout: float = 0.2  # share of that branch that a training step leaves out
        camera: bool = True
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("silhouette", "smpl")
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        *stages, (channels,), (first, second) = scale_channels(
            (*config.stages, (config.channels,), config.hidden), config.width
        )
        self.embedding_shape = (sum(config.bins), channels)
        self.backbone = ConvStack(1, tuple(stages))
        self.transform = SpatialTransform(
            BODY if config.camera else BODY - CAMERA,
            config.size[0] >> (len(stages) - 1),
            hidden=(first, second),
            dropout=config.dropout,
        )
        self.head = PartLinear(sum(config.bins), stages[-1][-1], channels)
        initialise_(self)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        smpl: Float[Tensor, "B T 85"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes (bytes 0..255 or floats 0..1) and SMPL parameters of the same frames.

        A row of `smpl` is the camera (3), the pose as axis-angles (72) and the shape (10). `mask`
        is True where a frame is real.

        >>> import torch
        >>> model = SMPLGait(SMPLGait.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8), torch.zeros(2, 5, 85)).shape
        torch.Size([2, 31, 16])
        """
        if smpl.shape != (*silhouette.shape[:2], BODY):
            raise ShapeError(
                f"smpl must be (B, T, {BODY}) for the same frames as silhouette (B, T, H, W); "
                f"got {tuple(smpl.shape)} and {tuple(silhouette.shape)}"
            )
        dtype = self.head.weight.dtype
        frames = Frames.of(silhouette, mask)
        images = to_unit_range(frames.pack(silhouette), size=self.config.size, dtype=dtype)
        body = frames.pack(smpl).to(dtype)
        matrix = self.transform(body if self.config.camera else body[:, CAMERA:])
        features = transform_columns(self.backbone(images.unsqueeze(1)), matrix)
        return self.head(horizontal_pyramid(frames.max(features), self.config.bins))


LARGE = SMPLGait.Config(size=(128, 88))
"""The published network for images of twice the height."""
