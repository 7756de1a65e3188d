"""k-reciprocal re-ranking: who is near to whom both ways (Zhong et al., CVPR 2017)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.metrics.pairs import check_distance


@dataclass(frozen=True)
class Reranking:
    """Neighbours looked at, neighbours averaged over, share of the plain distance that is kept."""

    k1: int = 20
    k2: int = 6
    keep: float = 0.3

    def __post_init__(self) -> None:
        if self.k1 < 1 or self.k2 < 1:
            raise ConfigError(f"k1 and k2 must be 1 or more, got {self.k1} and {self.k2}")
        if not 0 <= self.keep <= 1:
            raise ConfigError(f"keep is a share from 0 to 1, got {self.keep}")


def rerank(
    distance: Float[np.ndarray, "N N"], probes: int, how: Reranking = Reranking()
) -> Float[np.ndarray, "{probes} N-{probes}"]:
    """New distances of the first `probes` to the rest, from the distances among all.

    The neighbours of two sequences are compared (Jaccard distance), and the distance itself,
    squared and divided by the largest in its row, is mixed in. All probes are seen at once, so a
    score by re-ranking is that of a batch, not of one probe at a time. Memory and time grow with
    N squared: three matrices of that size. Raises `DataError` for distances that are not finite.
    """
    everyone = check_distance(distance)
    if not np.isfinite(everyone.min() + everyone.max()):
        raise DataError("distances are infinite, which cannot be re-ranked")
    count = len(everyone)
    if everyone.shape != (count, count) or not 0 < probes < count:
        raise ShapeError(
            f"needed are the distances among {probes} probes and a gallery, got {everyone.shape}"
        )
    largest = everyone.max(1, keepdims=True)
    near = np.square(everyone / np.where(largest > 0, largest, 1))
    order = _order(everyone, max(how.k1, how.k2) + 1)
    weight = _weights(near, order, how)
    if how.k2 > 1:
        weight = sum(weight[order[:, k]] for k in range(min(how.k2, count))) / min(how.k2, count)
    jaccard = _jaccard(weight, probes)
    return (1 - how.keep) * jaccard + how.keep * near[:probes, probes:]


def _order(distance: Float[np.ndarray, "N N"], most: int) -> Int[np.ndarray, "N K"]:
    """The nearest of everyone, each itself first."""
    own = distance.copy()
    np.fill_diagonal(own, -np.inf)
    return np.argsort(own, axis=1, kind="stable")[:, :most]


def _reciprocal(order: Int[np.ndarray, "N K"], k: int) -> Bool[np.ndarray, "N N"]:
    """Pairs of which each is among the `k` nearest of the other."""
    near = np.zeros((len(order), len(order)), dtype=bool)
    np.put_along_axis(near, order[:, : k + 1], values=True, axis=1)
    return near & near.T


def _weights(
    near: Float[np.ndarray, "N N"], order: Int[np.ndarray, "N K"], how: Reranking
) -> Float[np.ndarray, "N N"]:
    """Each row: how much the others belong to its neighbours, in sum 1."""
    close, closer = _reciprocal(order, how.k1), _reciprocal(order, max(round(how.k1 / 2), 1))
    sizes = closer.sum(1)
    weight = np.zeros_like(near)
    for row, own in enumerate(close):
        friends = np.flatnonzero(own)
        shared = closer[friends][:, friends].sum(1)
        friends = friends[3 * shared >= 2 * sizes[friends]]
        members = np.flatnonzero(own | closer[friends].any(0))
        nearness = np.exp(-near[row, members])
        weight[row, members] = nearness / nearness.sum()
    return weight


def _jaccard(weight: Float[np.ndarray, "N N"], probes: int) -> Float[np.ndarray, "Q G"]:
    distance = np.empty((probes, len(weight) - probes), weight.dtype)
    gallery = np.ascontiguousarray(weight[probes:].T)
    for row in range(probes):
        there = np.flatnonzero(weight[row])
        common = np.minimum(weight[row, there, None], gallery[there]).sum(0)
        distance[row] = 1 - common / (2 - common)
    return distance
