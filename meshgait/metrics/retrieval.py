"""How early a ranked gallery shows a probe's matches: rank-k, mAP, mINP, in percent."""

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
class ProbeScores:
    """Of every probe: rank of its first match (inf without one), AP, INP, and its matches."""

    first: Float[np.ndarray, " Q"]
    precision: Float[np.ndarray, " Q"]
    penalty: Float[np.ndarray, " Q"]
    matches: Int[np.ndarray, " Q"]

    def __getitem__(self, chosen: np.ndarray) -> ProbeScores:
        return ProbeScores(
            self.first[chosen], self.precision[chosen], self.penalty[chosen], self.matches[chosen]
        )

    def mean(self, *, unmatched_is_miss: bool = False) -> dict[str, float]:
        """The scores of `retrieval`."""
        probes = self._count(unmatched_is_miss)
        return {
            **{f"rank{k}": 100 * float((self.first <= k).sum()) / probes for k in (1, 5, 10)},
            "mAP": 100 * float(self.precision.sum()) / probes,
            "mINP": 100 * float(self.penalty.sum()) / probes,
            "probes": probes,
            "unmatched": int((self.matches == 0).sum()),
        }

    def cmc(self, ranks: int, *, unmatched_is_miss: bool = False) -> Float[np.ndarray, " {ranks}"]:
        """The curve of `cmc`."""
        hits = self.first[:, None] <= np.arange(1, ranks + 1)
        return 100 * hits.sum(0) / self._count(unmatched_is_miss)

    def _count(self, unmatched_is_miss: bool) -> int:
        if not self.matches.any():
            raise DataError("no probe has a match in the gallery, so there is nothing to score")
        return len(self.matches) if unmatched_is_miss else int((self.matches > 0).sum())


def join(several: list[ProbeScores]) -> ProbeScores:
    """The probes of all, one after another."""
    return ProbeScores(
        np.concatenate([scores.first for scores in several]),
        np.concatenate([scores.precision for scores in several]),
        np.concatenate([scores.penalty for scores in several]),
        np.concatenate([scores.matches for scores in several]),
    )


def retrieval(
    distance: Distance,
    probe_ids: Ids,
    gallery_ids: Ids,
    *,
    exclude: Pairs | None = None,
    unmatched_is_miss: bool = False,
) -> dict[str, float]:
    """Rank-1, -5 and -10 accuracy, mAP and mINP in percent, and how many probes they are of.

    A match is a gallery entry with the probe's identity; pairs in `exclude` are not compared at
    all. "rank5" is the share of probes with a match among the nearest five; "mAP" averages over
    matches the share of matches among all that are as near; "mINP" is the number of matches by the
    rank of the last (Ye et al., TPAMI 2021). Of equally distant entries those of other identities
    rank first, so no order of the gallery and no collapsed network gains by ties.

    Probes without a match are left out, or count as misses if `unmatched_is_miss`; "unmatched" is
    their number, "probes" that of all averaged. Raises `DataError` for NaN distances and if there
    is no probe or no gallery to speak of.

    >>> scores = retrieval(np.array([[0.1, 0.3, 0.2]]), ["ann"], ["ann", "ann", "bob"])
    >>> scores["rank1"], round(scores["mAP"], 2), round(scores["mINP"], 2)
    (100.0, 83.33, 66.67)
    """
    scores = score_probes(distance, probe_ids, gallery_ids, exclude=exclude)
    return scores.mean(unmatched_is_miss=unmatched_is_miss)


def cmc(
    distance: Distance,
    probe_ids: Ids,
    gallery_ids: Ids,
    *,
    ranks: int = 50,
    exclude: Pairs | None = None,
    unmatched_is_miss: bool = False,
) -> Float[np.ndarray, " {ranks}"]:
    """Percent of probes with a match among the nearest 1, 2, ..., `ranks`; see `retrieval`.

    >>> cmc(np.array([[0.1, 0.2], [0.1, 0.2]]), [1, 2], [1, 2], ranks=2)
    array([ 50., 100.])
    """
    scores = score_probes(distance, probe_ids, gallery_ids, exclude=exclude)
    return scores.cmc(ranks, unmatched_is_miss=unmatched_is_miss)


def score_probes(
    distance: Distance, probe_ids: Ids, gallery_ids: Ids, *, exclude: Pairs | None = None
) -> ProbeScores:
    """What `retrieval` averages, for each probe; on `torch.get_num_threads()` threads."""
    far = check_distance(distance)
    check_sizes(probe_ids, gallery_ids, far.shape)
    codes = to_codes(probe_ids, gallery_ids)
    excluded = check_exclude(exclude, far.shape)
    score = partial(_score_rows, far, *codes, excluded)
    return join(in_parallel(score, blocks(len(far), most=_ROWS)))


def _score_rows(
    far: np.ndarray,
    probe: np.ndarray,
    gallery: np.ndarray,
    excluded: np.ndarray | None,
    rows: slice,
) -> ProbeScores:
    match = probe[rows, None] == gallery
    rank = _mate_ranks(far[rows], match, None if excluded is None else excluded[rows])
    matches = np.isfinite(rank).sum(1)
    last = np.where(np.isfinite(rank), rank, 1).max(1)
    precision = (np.arange(1, rank.shape[1] + 1) / rank).sum(1) / np.maximum(matches, 1)
    return ProbeScores(rank[:, 0], precision, matches / last, matches)


def _mate_ranks(
    far: Float[np.ndarray, "Q G"],
    match: Bool[np.ndarray, "Q G"],
    excluded: Bool[np.ndarray, "Q G"] | None,
) -> Float[np.ndarray, "Q M"]:
    """At which rank, from 1, each probe meets its first, second, ... match; inf beyond its last."""
    compared = np.full(len(far), far.shape[1])
    if excluded is not None:
        match, far = match & ~excluded, np.where(excluded, np.inf, far).astype(far.dtype)
        compared = (~excluded).sum(1)
    matches = match.sum(1)
    place = np.arange(1, max(matches.max(), 1) + 1)
    real = place <= matches[:, None]
    own = np.full(real.shape, np.inf, far.dtype)
    own[real] = far[match]  # both row by row
    own.sort(axis=1)
    # Entries at most as far, less the matches among them, are the strangers that rank before.
    nearer = np.minimum(_count_up_to(np.sort(far, axis=1), own), compared[:, None])
    nearer_matches = np.minimum(_count_up_to(own, own), matches[:, None])
    return np.where(real, nearer - nearer_matches + place, np.inf)


def _count_up_to(ascending: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """For each number of a row of `limit`, how many of that row of `ascending` are no larger."""
    rows, limits = torch.from_numpy(ascending), torch.from_numpy(limit)
    return torch.searchsorted(rows, limits, right=True).numpy()
