"""CGI: the chrono-gait image itself as the embedding (Wang et al., TPAMI 2012)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor, nn
from torch.nn.functional import normalize

from meshgait.errors import DataError
from meshgait.modalities.cgi import cgi, contour
from meshgait.nn import Frames, configured, embed_sequences, to_unit_range

MEAN_COLOR = (0.25, 0.5, 0.25)
"""Of contours from all moments of a step."""


class CGI(nn.Module):
    """No weights: contours coloured by the moment of the step, every value a channel of one part.

    Of length 1, because the sum over a gait period grows with the frame rate. A walk whose legs
    show less than half a period, as from the front, has all its contours in the mean colour.
    `embedding_shape` is (P, C).
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
        self.embedding_shape = (1, 3 * self.config.size[0] * self.config.size[1])

    def forward(
        self,
        silhouette: Float[Tensor, "B T H W"] | UInt8[Tensor, "B T H W"],
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B 1 C"]:
        """Embed silhouettes of bytes 0..255 or floats 0..1; `mask` is True where a frame is real.

        Frames are in order; those that `mask` leaves out are skipped.

        >>> CGI()(torch.zeros(2, 5, 64, 44, dtype=torch.uint8)).shape
        torch.Size([2, 1, 8448])
        """
        frames = Frames.of(silhouette, mask)
        images = to_unit_range(
            frames.pack(silhouette), size=self.config.size, dtype=torch.get_default_dtype()
        )
        colored = torch.stack([_color(walk).flatten() for walk in frames.split(images)])
        return normalize(colored).unsqueeze(1)


def _color(walk: Float[Tensor, "T H W"]) -> Float[Tensor, "3 H W"]:
    try:
        return cgi(walk, torch.ones(len(walk), dtype=torch.bool, device=walk.device))
    except DataError:
        return contour(walk).mean(0) * walk.new_tensor(MEAN_COLOR)[:, None, None]
