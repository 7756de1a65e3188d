"""The classifier of the published gait networks, and their loss as one module."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from meshgait.errors import ShapeError
from meshgait.losses._checks import check_labels, check_pairing
from meshgait.losses.triplet import batch_all_triplet
from meshgait.nn import initialise_

OFFICIAL_NAMES = ((r"BNNecks\.fc_bin", "weight"), (r"BNNecks\.bn1d\.", "norm."))
"""Regular expressions for the start of a name in the published checkpoints, and our start.

Our `norm` counts its features part by part, p * C + c, as the first releases of Gait3D did; later
ones and OpenGait count c * P + p.
"""


class BNNeckCrossEntropy(nn.Module):
    """Classification of each part by the cosine to one learnt vector per identity.

    The embedding passes a batch norm and is scaled to length 1 (BNNeck: Luo et al., CVPRW 2019);
    cosines times `scale` go to a cross-entropy with label smoothing. Computed in the precision of
    the weights, autocast or not. `weight` is (P, C, num_ids).

    >>> neck = BNNeckCrossEntropy(31, 8, num_ids=4)
    >>> neck(torch.randn(6, 31, 8), torch.tensor([0, 0, 1, 1, 2, 3])).shape
    torch.Size([])
    """

    def __init__(
        self,
        parts: int,
        channels: int,
        num_ids: int,
        *,
        scale: float = 16.0,
        smoothing: float = 0.1,
    ) -> None:
        super().__init__()
        self.scale, self.smoothing = scale, smoothing
        self.norm = nn.BatchNorm1d(parts * channels)
        self.weight = nn.Parameter(torch.empty(parts, channels, num_ids))
        nn.init.xavier_uniform_(self.weight)
        initialise_(self.norm)

    def forward(
        self, embedding: Float[Tensor, "B P C"], label: Int[Tensor, " B"]
    ) -> Float[Tensor, ""]:
        """Mean cross-entropy of all parts; `label` counts identities from 0.

        Raises `DataError` for a label that is not in 0..num_ids - 1.
        """
        check_pairing(embedding, label)
        check_labels(label, self.weight.shape[2])
        cosine = self._cosine(embedding)
        return cross_entropy(
            self.scale * cosine.flatten(0, 1),
            label.long().repeat(len(cosine)),
            label_smoothing=self.smoothing,
        )

    def logits(self, embedding: Float[Tensor, "B P C"]) -> Float[Tensor, "B P num_ids"]:
        """Cosine in -1..1 of each part to each identity."""
        return self._cosine(embedding).transpose(0, 1)

    def _cosine(self, embedding: Float[Tensor, "B P C"]) -> Float[Tensor, "P B num_ids"]:
        parts, channels, _ = self.weight.shape
        if embedding.shape[1:] != (parts, channels):
            raise ShapeError(
                f"this loss was made for embeddings (B, {parts}, {channels}), got "
                f"{tuple(embedding.shape)}; take parts and channels from model.embedding_shape"
            )
        with torch.autocast(embedding.device.type, enabled=False):
            x = self.norm(embedding.to(self.weight.dtype).flatten(1))
            x = normalize(x.unflatten(1, (parts, channels)), dim=2)
            # To scale the few cosines takes half the time of scaling the many weights.
            length = torch.linalg.vector_norm(self.weight, dim=1, keepdim=True)
            return torch.bmm(x.transpose(0, 1), self.weight) / length.clamp_min(1e-12)


class IdentityLoss(nn.Module):
    """The published recipe as one module: triplets, and `weight` times the BNNeck classifier.

    Its terms come by name, weighted, so that a log can tell them apart: their sum is the loss.

    >>> loss = IdentityLoss(31, 8, num_ids=4)
    >>> terms = loss(torch.randn(6, 31, 8), torch.tensor([0, 0, 1, 1, 2, 3]))
    >>> sorted(terms)
    ['cross_entropy', 'triplet']
    """

    def __init__(
        self,
        parts: int,
        channels: int,
        num_ids: int,
        *,
        weight: float = 0.1,
        margin: float = 0.2,
    ) -> None:
        super().__init__()
        self.weight, self.margin = weight, margin
        self.neck = BNNeckCrossEntropy(parts, channels, num_ids)

    def forward(
        self, embedding: Float[Tensor, "B P C"], label: Int[Tensor, " B"]
    ) -> dict[str, Float[Tensor, ""]]:
        """Weighted terms of the loss; errors as those of `batch_all_triplet` and the neck."""
        return {
            "triplet": batch_all_triplet(embedding, label, self.margin),
            "cross_entropy": self.weight * self.neck(embedding, label),
        }
