"""The triplet loss over all triplets of a batch (Hermans et al., 2017)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from meshgait.errors import DataError
from meshgait.losses._checks import check_pairing


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
    check_pairing(embedding, label)
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
