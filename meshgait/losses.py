"""Losses on part embeddings (B, P, C); a loss that learns owns its weights.

The recipe of the published gait networks is `batch_all_triplet(e, y) + 0.1 * neck(e, y)`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from meshgait.errors import DataError, ShapeError
from meshgait.nn import initialise_

OFFICIAL_NAMES = ((r"BNNecks\.fc_bin", "weight"), (r"BNNecks\.bn1d\.", "norm."))
"""Regular expressions for the start of a name in the published checkpoints, and our start.

Our `norm` counts its features part by part, p * C + c, as the first releases of Gait3D did; later
ones and OpenGait count c * P + p.
"""


def batch_all_triplet(
    embedding: Float[Tensor, "B P C"], label: Int[Tensor, " B"], margin: float = 0.2
) -> Float[Tensor, ""]:
    """Triplet loss over all triplets of a batch that are not yet far enough apart.

    Per part, max(0, d(a, p) - d(a, n) + margin) is averaged over the triplets where it is not
    zero, Euclidean distances d, an anchor counted among its own positives (Hermans et al., 2017,
    as in GaitSet, Chao et al., AAAI 2019); then over the parts. Identities may come any number of
    times. Computed in float32 even inside autocast. Raises `DataError` unless the batch has at
    least two identities.

    >>> embedding = torch.tensor([0.0, 1.0, 3.0]).reshape(3, 1, 1)
    >>> batch_all_triplet(embedding, torch.tensor([5, 5, 9]), margin=2.0)
    tensor(1.)
    """
    return batch_all_triplet_per_part(embedding, label, margin).mean()


def batch_all_triplet_per_part(
    embedding: Float[Tensor, "B P C"], label: Int[Tensor, " B"], margin: float = 0.2
) -> Float[Tensor, " P"]:
    """`batch_all_triplet` before the mean over the parts."""
    excess = _excess(*_compare(embedding, label), margin)
    active = (excess > 0).sum((1, 2))
    return excess.sum((1, 2)) / (active + 1e-9)


@dataclass(frozen=True)
class TripletStatistics:
    """What a batch looks like to the triplet loss; means over all parts.

    `active_fraction` is the share of triplets that still cost something: the loss is an average
    over these alone, so it need not fall while this does. `positive_distance` and
    `negative_distance` are the mean distances between different sequences of one and of two
    identities (nan if there are none). Both near 0 with all triplets active and the loss at its
    margin: the network has collapsed to one point.
    """

    active_fraction: float
    positive_distance: float
    negative_distance: float


@torch.no_grad()
def triplet_statistics(
    embedding: Float[Tensor, "B P C"], label: Int[Tensor, " B"], margin: float = 0.2
) -> TripletStatistics:
    """Share of active triplets and mean distances of a batch, for the log of a training.

    >>> embedding = torch.tensor([0.0, 1.0, 3.0]).reshape(3, 1, 1)
    >>> triplet_statistics(embedding, torch.tensor([5, 5, 9]), margin=4.0)
    TripletStatistics(active_fraction=1.0, positive_distance=1.0, negative_distance=2.5)
    """
    distance, same = _compare(embedding, label)
    excess = _excess(distance, same, margin)
    triplets = len(distance) * (same.sum(1) * (~same).sum(1)).sum()
    other = same & ~torch.eye(len(same), dtype=torch.bool, device=same.device)
    return TripletStatistics(
        active_fraction=((excess > 0).sum() / triplets).item(),
        positive_distance=distance[:, other].mean().item(),
        negative_distance=distance[:, ~same].mean().item(),
    )


def _compare(
    embedding: Float[Tensor, "B P C"], label: Int[Tensor, " B"]
) -> tuple[Float[Tensor, "P B B"], Bool[Tensor, "B B"]]:
    """Distance of all pairs, and whether they are of one identity."""
    _check(embedding, label)
    same = label[:, None] == label
    if same.all():
        found = label.unique().tolist()
        raise DataError(f"a triplet needs two identities, but those of this batch are {found}")
    with torch.autocast(embedding.device.type, enabled=False):
        return _pairwise_distance(embedding), same


def _excess(
    distance: Float[Tensor, "P B B"], same: Bool[Tensor, "B B"], margin: float
) -> Float[Tensor, "P M B"]:
    """What each triplet costs, for all M pairs of an anchor and a positive and all negatives."""
    anchor, positive = same.nonzero(as_tuple=True)
    # An infinitely distant negative costs nothing and gets no gradient.
    negative = distance.masked_fill(same, torch.inf)
    limit = distance[:, anchor, positive] + margin
    return (limit.unsqueeze(-1) - negative[:, anchor]).relu()


def _pairwise_distance(embedding: Float[Tensor, "B P C"]) -> Float[Tensor, "P B B"]:
    """Euclidean distances, at least in float32; the gradient at distance 0 is 0."""
    x = embedding if embedding.dtype == torch.float64 else embedding.float()
    x = x.transpose(0, 1)
    # Distances do not change, but far fewer digits cancel when the batch lies far from the origin.
    x = x - x.detach().mean(1, keepdim=True)
    norm = x.square().sum(-1)
    square = norm.unsqueeze(2) + norm.unsqueeze(1) - 2 * x @ x.mT
    itself = torch.eye(x.shape[1], dtype=torch.bool, device=x.device)
    zero = (square <= 0) | itself  # not NaN, which must stay visible
    return torch.where(zero, 0.0, torch.where(zero, 1.0, square).sqrt())


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
        _check(embedding, label)
        count = self.weight.shape[2]
        wrong = label[(label < 0) | (label >= count)]
        if len(wrong):
            raise DataError(
                f"label {wrong[0]} is not one of the {count} identities 0..{count - 1}; number "
                "the training identities from 0 or make the loss with another num_ids"
            )
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


def _check(embedding: Tensor, label: Tensor) -> None:
    if embedding.ndim != 3 or label.shape != embedding.shape[:1]:
        raise ShapeError(
            f"embedding must be (B, P, C) with label (B,), got {tuple(embedding.shape)} and "
            f"{tuple(label.shape)}"
        )
    if label.is_floating_point() or label.dtype == torch.bool:
        raise DataError(f"labels are integers, got {label.dtype}")


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
