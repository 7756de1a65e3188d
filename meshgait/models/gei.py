"""GEI: the gait energy image itself as the embedding (Han and Bhanu, TPAMI 2006)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn

from meshgait.modalities import gei
from meshgait.nn import Frames, configured, embed_sequences, to_unit_range


class GEI(nn.Module):
    """No weights: the mean silhouette, every pixel a channel of one part.

    With Euclidean distance and the nearest neighbour this is the oldest baseline there is. The
    order of the frames does not matter. `embedding_shape` is (P, C).
    """

    @dataclass(frozen=True)
    class Config:
        """`size` is (height, width) of the silhouettes."""

        size: tuple[int, int] = (64, 44)

    inputs = ("silhouette",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.embedding_shape = (1, self.config.size[0] * self.config.size[1])

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B P C"]:
        """Embed silhouettes of bytes 0..255 or floats 0..1; `mask` is True where a frame is real.

        >>> GEI()(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 1, 2816])
        """
        frames = Frames.of(silhouette, mask)
        images = to_unit_range(
            frames.pack(silhouette), size=self.config.size, dtype=torch.get_default_dtype()
        )
        images = frames.unpack(images)
        energy = images.mean(1) if mask is None else gei(images, mask)
        return energy.flatten(1).unsqueeze(1)
