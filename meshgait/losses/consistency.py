"""How far a body is from the silhouettes it was estimated from, and from those of other clips."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from meshgait.losses.contrast import supervised_contrast


class Disagreement(nn.Module):
    """The mean disagreement that `FusionGait.describe` and `RefineGait.describe` give, as a term.

    >>> Disagreement()(torch.zeros(4, 31, 8), torch.tensor([0, 0, 1, 1]), torch.ones(4)).item()
    1.0
    """

    describes = True

    def forward(
        self,
        embedding: Float[Tensor, "B P C"],
        label: Int[Tensor, " B"],
        disagreement: Float[Tensor, " B"],
        *described: Tensor,
    ) -> Float[Tensor, ""]:
        """`disagreement` of each sequence is 0 to 1."""
        return disagreement.float().mean()


class CrossCover(nn.Module):
    """One clip's canonical shape must cover the silhouettes of another clip of the person.

    It is drawn in that clip's poses, and so in its view: what stood off in one view only because
    the pose was wrong does not fit there. `model` is a `RefineGait`; the other clip is the next one
    of the same label in the batch, and 0 is the loss of a batch without any.
    """

    describes = True

    def __init__(self, model: Any) -> None:
        super().__init__()
        self._draws = [model]  # in a list, so that its weights are not those of the loss, too

    def forward(
        self,
        embedding: Float[Tensor, "B P C"],
        label: Int[Tensor, " B"],
        disagreement: Float[Tensor, " B"],
        shape: Float[Tensor, "B D"],
        posed: Float[Tensor, "B F 85"],
        images: Float[Tensor, "B F H W"],
    ) -> Float[Tensor, ""]:
        """1 - overlap over the frames that were seen, 0 to 1."""
        other = next_of_same(label)
        found = (other != torch.arange(len(label), device=label.device)).nonzero()[:, 0]
        if len(found) == 0:
            return shape.sum() * 0
        clip = other[found]
        return self._draws[0].cover(shape[found], posed[clip], images[clip]).float().mean()


class ShapeContrast(nn.Module):
    """Canonical shapes of one person alike whatever the clothes, those of others not.

    `supervised_contrast` of what `RefineGait.describe` calls `shape`, each number by its spread in
    the batch; 0 for a batch in which nobody comes twice.
    """

    describes = True

    def forward(
        self,
        embedding: Float[Tensor, "B P C"],
        label: Int[Tensor, " B"],
        disagreement: Float[Tensor, " B"],
        shape: Float[Tensor, "B D"],
        *described: Tensor,
    ) -> Float[Tensor, ""]:
        """The loss, 0 or more."""
        if len(label.unique()) == len(label):
            return shape.sum() * 0
        away = shape - shape.mean(0)
        unit = away / (away.square().mean(0) + 1e-4).sqrt().detach()
        return supervised_contrast(unit.unsqueeze(1), label, temperature=0.1, base=0.1)


def next_of_same(label: Int[Tensor, " B"]) -> Int[Tensor, " B"]:
    """For each sequence the next one of its label, around; itself where it is the only one.

    >>> next_of_same(torch.tensor([0, 1, 0, 0, 2])).tolist()
    [2, 1, 3, 0, 4]
    """
    count, place = len(label), torch.arange(len(label), device=label.device)
    ahead = (place - place[:, None] - 1) % count  # the sequence itself comes last
    return ahead.masked_fill(label[:, None] != label, count).argmin(1)
