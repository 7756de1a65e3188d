"""A learnt step of fitting: body shape, corrected by how wide the silhouette is where."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

MOST = 3.0  # standard deviations of the population by which a coefficient may change


class ShapeCorrection(nn.Module):
    """What to add to shape coefficients, from the rows of a given and of a drawn silhouette.

    `turn` is the rotation of the body against the camera. Starts close to no correction at all.

    >>> correction = ShapeCorrection(64)
    >>> images = torch.rand(2, 5, 64, 44)
    >>> correction(images[0], images[1], torch.eye(3).expand(5, 3, 3)).shape
    torch.Size([5, 10])
    """

    def __init__(self, rows: int, hidden: int = 64) -> None:
        super().__init__()
        self.hidden = nn.Sequential(
            nn.Linear(2 * rows + 9, hidden), nn.LayerNorm(hidden), nn.SiLU()
        )
        self.last = nn.Linear(hidden, 10)

    def start_small_(self) -> None:
        """Weights of the last layer that change next to nothing."""
        nn.init.normal_(self.last.weight, 0.0, 0.01)

    def forward(
        self,
        given: Float[Tensor, "N H W"],
        drawn: Float[Tensor, "N H W"],
        turn: Float[Tensor, "N 3 3"],
    ) -> Float[Tensor, "N 10"]:
        """One correction for each frame; the mean over a clip's frames is surer."""
        wide = given.mean(2)
        told = torch.cat([8 * (wide - drawn.mean(2)), wide, turn.flatten(1)], dim=1)
        return MOST * self.last(self.hidden(told)).tanh()
