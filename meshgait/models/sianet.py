"""SiaNet (Zhang et al., ICASSP 2016), re-designed from the paper's description.

A siamese network on gait energy images; its code was never published, so the layers are ours.
"""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn
from torch.nn.functional import normalize

from meshgait.nn import (
    Frames,
    check_width,
    configured,
    embed_sequences,
    initialise_,
    scale_channels,
    to_unit_range,
)


class SiaNet(nn.Module):
    """Three convolutions and a fully connected layer give vectors of length 1.

    Trained with pairs: near for one person, far for two. The order of the frames does not matter.
    `embedding_shape` is (1, C).
    """

    @dataclass(frozen=True)
    class Config:
        """`size` is (height, width) of the silhouettes.

        `stages` lists the channels of the convolutions, `channels` is the length of the embedding.
        `width` scales all channels, for small machines.
        """

        size: tuple[int, int] = (64, 44)
        stages: tuple[int, int, int] = (16, 64, 256)
        channels: int = 256
        dropout: float = 0.5
        width: float = 1.0

        def __post_init__(self) -> None:
            check_width(self.width)

    inputs = ("silhouette",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        ((first, second, third, channels),) = scale_channels(
            ((*config.stages, config.channels),), config.width
        )
        self.embedding_shape = (1, channels)
        self.features = nn.Sequential(
            nn.Conv2d(1, first, 7),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.LocalResponseNorm(5, 1e-4, 0.75, 2.0),
            nn.Conv2d(first, second, 7),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.LocalResponseNorm(5, 1e-4, 0.75, 2.0),
            nn.Conv2d(second, third, 7, padding=3),  # the maps of 64 x 44 are narrower than 7
            nn.ReLU(),
            nn.Flatten(),
        )
        rows, columns = (((side - 6) // 2 - 6) // 2 for side in config.size)
        self.head = nn.Sequential(
            nn.Dropout(config.dropout), nn.Linear(third * rows * columns, channels)
        )
        initialise_(self)

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B 1 C"]:
        """Embed silhouettes of bytes 0..255 or floats 0..1; `mask` is True where a frame is real.

        >>> import torch
        >>> model = SiaNet(SiaNet.Config(width=1 / 16))
        >>> model(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 1, 16])
        """
        frames = Frames.of(silhouette, mask)
        dtype = next(self.head.parameters()).dtype
        images = to_unit_range(frames.pack(silhouette), size=self.config.size, dtype=dtype)
        energy = frames.mean(images)
        return normalize(self.head(self.features(energy.unsqueeze(1))), dim=1).unsqueeze(1)
