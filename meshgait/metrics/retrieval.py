"""How early a ranked gallery shows a query's mates: rank-k, mAP, mINP, in percent."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from meshgait._threads import blocks, in_parallel
from meshgait.errors import DataError
from meshgait.metrics.pairs import (
    Distance,
    Ids,
    Pairs,
    check_distance,
    check_exclude,
    check_sizes,
    to_codes,
)

_ROWS = 64  # ranked at once, so that their copies stay small


@dataclass(frozen=True, eq=False)
class QueryScores:
    """Of every query: the rank of its first mate (inf without one), AP, INP, and mates it has."""

    first: Float[np.ndarray, " Q"]
    precision: Float[np.ndarray, " Q"]
    penalty: Float[np.ndarray, " Q"]
    mates: Int[np.ndarray, " Q"]

    def __getitem__(self, chosen: np.ndarray) -> QueryScores:
        return QueryScores(
            self.first[chosen], self.precision[chosen], self.penalty[chosen], self.mates[chosen]
        )

    def mean(self, *, mateless_is_miss: bool = False) -> dict[str, float]:
        """The scores of `retrieval`."""
        queries = self._count(mateless_is_miss)
        return {
            **{f"rank{k}": 100 * float((self.first <= k).sum()) / queries for k in (1, 5, 10)},
            "mAP": 100 * float(self.precision.sum()) / queries,
            "mINP": 100 * float(self.penalty.sum()) / queries,
            "queries": queries,
            "mateless": int((self.mates == 0).sum()),
        }

    def cmc(self, ranks: int, *, mateless_is_miss: bool = False) -> Float[np.ndarray, " {ranks}"]:
        """The curve of `cmc`."""
        hits = self.first[:, None] <= np.arange(1, ranks + 1)
        return 100 * hits.sum(0) / self._count(mateless_is_miss)

    def _count(self, mateless_is_miss: bool) -> int:
        if not self.mates.any():
            raise DataError("no query has a mate in the gallery, so there is nothing to score")
        return len(self.mates) if mateless_is_miss else int((self.mates > 0).sum())


def join(several: list[QueryScores]) -> QueryScores:
    """The queries of all, one after another."""
    return QueryScores(
        np.concatenate([scores.first for scores in several]),
        np.concatenate([scores.precision for scores in several]),
        np.concatenate([scores.penalty for scores in several]),
        np.concatenate([scores.mates for scores in several]),
    )


def retrieval(
    distance: Distance,
    query_ids: Ids,
    gallery_ids: Ids,
    *,
    exclude: Pairs | None = None,
    mateless_is_miss: bool = False,
) -> dict[str, float]:
    """Rank-1, -5 and -10 accuracy, mAP and mINP in percent, and how many queries they are of.

    A mate is a gallery entry with the query's identity; pairs in `exclude` are not compared at
    all. "rank5" is the share of queries with a mate among the nearest five; "mAP" averages over
    mates the share of mates among all that are as near; "mINP" is the number of mates by the
    rank of the last (Ye et al., TPAMI 2021). Of equally distant entries those of other identities
    rank first, so no order of the gallery and no collapsed network gains by ties.

    Queries without a mate are left out, or count as misses if `mateless_is_miss`; "mateless" is
    their number, "queries" that of all averaged. Raises `DataError` for NaN distances and if there
    is no query or no gallery to speak of.

    >>> scores = retrieval(np.array([[0.1, 0.3, 0.2]]), ["ann"], ["ann", "ann", "bob"])
    >>> scores["rank1"], round(scores["mAP"], 2), round(scores["mINP"], 2)
    (100.0, 83.33, 66.67)
    """
    scores = score_queries(distance, query_ids, gallery_ids, exclude=exclude)
    return scores.mean(mateless_is_miss=mateless_is_miss)


def cmc(
    distance: Distance,
    query_ids: Ids,
    gallery_ids: Ids,
    *,
    ranks: int = 50,
    exclude: Pairs | None = None,
    mateless_is_miss: bool = False,
) -> Float[np.ndarray, " {ranks}"]:
    """Percent of queries with a mate among the nearest 1, 2, ..., `ranks`; see `retrieval`.

    >>> cmc(np.array([[0.1, 0.2], [0.1, 0.2]]), [1, 2], [1, 2], ranks=2)
    array([ 50., 100.])
    """
    scores = score_queries(distance, query_ids, gallery_ids, exclude=exclude)
    return scores.cmc(ranks, mateless_is_miss=mateless_is_miss)


def score_queries(
    distance: Distance, query_ids: Ids, gallery_ids: Ids, *, exclude: Pairs | None = None
) -> QueryScores:
    """What `retrieval` averages, for each query; on `torch.get_num_threads()` threads."""
    far = check_distance(distance)
    check_sizes(query_ids, gallery_ids, far.shape)
    codes = to_codes(query_ids, gallery_ids)
    excluded = check_exclude(exclude, far.shape)
    score = partial(_score_rows, far, *codes, excluded)
    return join(in_parallel(score, blocks(len(far), most=_ROWS)))


def _score_rows(
    far: np.ndarray,
    query: np.ndarray,
    gallery: np.ndarray,
    excluded: np.ndarray | None,
    rows: slice,
) -> QueryScores:
    mate = query[rows, None] == gallery
    rank = _mate_ranks(far[rows], mate, None if excluded is None else excluded[rows])
    mates = np.isfinite(rank).sum(1)
    last = np.where(np.isfinite(rank), rank, 1).max(1)
    precision = (np.arange(1, rank.shape[1] + 1) / rank).sum(1) / np.maximum(mates, 1)
    return QueryScores(rank[:, 0], precision, mates / last, mates)


def _mate_ranks(
    far: Float[np.ndarray, "Q G"],
    mate: Bool[np.ndarray, "Q G"],
    excluded: Bool[np.ndarray, "Q G"] | None,
) -> Float[np.ndarray, "Q M"]:
    """At which rank, from 1, each query meets its first, second, ... mate; inf beyond its last."""
    compared = np.full(len(far), far.shape[1])
    if excluded is not None:
        mate, far = mate & ~excluded, np.where(excluded, np.inf, far).astype(far.dtype)
        compared = (~excluded).sum(1)
    mates = mate.sum(1)
    place = np.arange(1, max(mates.max(), 1) + 1)
    real = place <= mates[:, None]
    own = np.full(real.shape, np.inf, far.dtype)
    own[real] = far[mate]  # both row by row
    own.sort(axis=1)
    # Entries at most as far, less the mates among them, are the strangers that rank before.
    nearer = np.minimum(_count_up_to(np.sort(far, axis=1), own), compared[:, None])
    nearer_mates = np.minimum(_count_up_to(own, own), mates[:, None])
    return np.where(real, nearer - nearer_mates + place, np.inf)


def _count_up_to(ascending: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """For each number of a row of `limit`, how many of that row of `ascending` are no larger."""
    rows, limits = torch.from_numpy(ascending), torch.from_numpy(limit)
    return torch.searchsorted(rows, limits, right=True).numpy()
