"""GaitSSB: what a network learns of walks without labels (Fan et al., TPAMI 2023).

Re-designed after the published code, whose weights are not given out, so that no numbers of it
could be compared.
"""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn
from torch.nn.functional import normalize

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


class GaitSSB(nn.Module):
    """GaitBase's layers, then for each part a projection, and a prediction of other clips' of it.

    The order of the frames does not matter. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """The published network.

        `size` is (height, width) of the silhouettes. `stages` lists the channels of the residual
        stages, of which the last is the length of each part's embedding, `bins` the cuts of the
        pyramid. `width` scales all channels, for small machines.
        """

        size: tuple[int, int] = (64, 44)
        stages: tuple[int, int, int, int] = (64, 128, 256, 512)
        bins: tuple[int, ...] = (16, 8, 4, 2, 1)
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("silhouette",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        (stages,) = scale_channels((config.stages,), config.width)
        parts, channels = sum(config.bins), stages[-1]
        self.embedding_shape = (parts, channels)
        self.backbone = ResidualNetwork(1, stages)
        self.projector = nn.Sequential(
            PartLinear(parts, channels, channels), _PartNorm(parts, channels), nn.ReLU(),
            PartLinear(parts, channels, channels), _PartNorm(parts, channels),
        )  # fmt: skip
        self.predictor = nn.Sequential(
            PartLinear(parts, channels, channels), _PartNorm(parts, channels), nn.ReLU(),
            PartLinear(parts, channels, channels),
        )  # fmt: skip
        initialise_(self)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes of bytes 0..255 or floats 0..1, each part with length 1.

        `mask` is True where a frame is real.

        >>> import torch
        >>> model = GaitSSB(GaitSSB.Config(width=1 / 16)).eval()
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 31, 32])
        """
        return self.describe(silhouette, mask)[0]

    def describe(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> tuple[Float[Tensor, "B P C"], Float[Tensor, "B P C"]]:
        """The embedding, and the projection that those of other clips of the walk predict.

        No gradient goes through the projection (`meshgait.losses.SiameseContrast`).
        """
        frames = Frames.of(silhouette, mask)
        images = to_unit_range(
            frames.pack(silhouette),
            size=self.config.size,
            dtype=self.backbone.stem.conv.weight.dtype,
        )
        features = frames.max(self.backbone(images.unsqueeze(1), frames))
        projected = self.projector(horizontal_pyramid(features, self.config.bins))
        return normalize(self.predictor(projected), dim=-1), projected.detach()


class _PartNorm(nn.Module):
    """Batch norm of each channel of each part by itself."""

    def __init__(self, parts: int, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(parts * channels)

    def forward(self, x: Float[Tensor, "B P C"]) -> Float[Tensor, "B P C"]:
        return self.norm(x.flatten(1)).unflatten(1, x.shape[1:])
