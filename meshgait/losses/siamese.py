"""Learning without labels: of each clip the other clip of the same walk is to be found."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from meshgait.errors import DataError
from meshgait.losses._checks import check_pairing


class SiameseContrast(nn.Module):
    """What is predicted of one clip is near the other clip of its walk (Fan et al., TPAMI 2023).

    Cross-entropy over the cosines of each part to the clips of the other side, times `scale`, in
    both directions. Every label of a batch must be there twice: its first clip is on one side, its
    second on the other.

    >>> x = torch.eye(4).repeat_interleave(2, 0).unsqueeze(1)
    >>> loss = SiameseContrast(smoothing=0.0)(x, torch.tensor([0, 0, 1, 1, 2, 2, 3, 3]), x)
    >>> bool(loss < 1e-4)
    True
    """

    describes = True

    def __init__(self, *, scale: float = 16.0, smoothing: float = 0.1) -> None:
        super().__init__()
        self.scale, self.smoothing = scale, smoothing

    def forward(
        self,
        embedding: Float[Tensor, "B P C"],
        label: Int[Tensor, " B"],
        target: Float[Tensor, "B P C"],
    ) -> Float[Tensor, ""]:
        """`embedding` is what the network predicts, `target` what it predicts; it has no gradient.

        Raises `DataError` where a label is not there twice.
        """
        check_pairing(embedding, label)
        first, second = _sides(label)
        with torch.autocast(embedding.device.type, enabled=False):
            p, z = (_unit(x) for x in (embedding, target.detach()))
            return self._found(p[:, first], z[:, second]) + self._found(p[:, second], z[:, first])

    def _found(self, asked: Float[Tensor, "P N C"], known: Float[Tensor, "P N C"]) -> Tensor:
        cosine = self.scale * asked @ known.mT
        right = torch.arange(cosine.shape[2], device=cosine.device).repeat(len(cosine))
        return cross_entropy(cosine.flatten(0, 1), right, label_smoothing=self.smoothing)


def _sides(label: Int[Tensor, " B"]) -> tuple[Int[Tensor, " N"], Int[Tensor, " N"]]:
    """Places of the first and of the second clip of each label, in the same order."""
    if not bool((label.unique(return_counts=True)[1] == 2).all()):
        raise DataError(
            "to learn without labels every walk must be twice in a batch, as "
            f"SubjectsAndClips(n, 2) of single walks gives; got the labels {label.tolist()}"
        )
    places = label.argsort(stable=True)
    return places[::2], places[1::2]


def _unit(x: Float[Tensor, "B P C"]) -> Float[Tensor, "P B C"]:
    x = x if x.dtype == torch.float64 else x.float()
    return normalize(x, dim=-1).transpose(0, 1)
