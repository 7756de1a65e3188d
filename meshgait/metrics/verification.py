"""Same person or not: error rates of accepting every pair that is near enough, in percent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from meshgait.errors import ConfigError, DataError
from meshgait.metrics.pairs import (
    Distance,
    Ids,
    Pairs,
    check_distance,
    check_exclude,
    check_sizes,
    same,
)


@dataclass(frozen=True, eq=False)
class DetCurve:
    """Percent of wrong pairs accepted and of matches rejected, when pairs up to `threshold` pass.

    The first point accepts nothing; each other is at one of the distances, in rising order.
    """

    threshold: Float[np.ndarray, " N"]
    false_accept: Float[np.ndarray, " N"]
    false_reject: Float[np.ndarray, " N"]

    @property
    def equal_error(self) -> float:
        """Where both rates are equal, on the straight line between neighbouring points."""
        gap = self.false_accept - self.false_reject
        after = int(np.argmax(gap >= 0))  # the first point has gap -100, the last 100
        weight = -gap[after - 1] / (gap[after] - gap[after - 1])
        before, beyond = self.false_accept[after - 1], self.false_accept[after]
        return float(before + weight * (beyond - before))


def det_curve(
    distance: Distance, probe_ids: Ids, gallery_ids: Ids, *, exclude: Pairs | None = None
) -> DetCurve:
    """The trade-off of both errors over all thresholds (Martin et al., Eurospeech 1997).

    Raises `DataError` when there are no matches or nothing but matches among the pairs compared.

    >>> curve = det_curve(np.array([[0.1, 0.2, 0.3]]), ["ann"], ["ann", "bob", "ann"])
    >>> curve.false_accept.tolist(), curve.false_reject.tolist()
    ([0.0, 0.0, 100.0, 100.0], [100.0, 50.0, 50.0, 0.0])
    """
    return _curve(*_split(distance, probe_ids, gallery_ids, exclude))


def verification(
    distance: Distance,
    probe_ids: Ids,
    gallery_ids: Ids,
    *,
    exclude: Pairs | None = None,
    false_accept: Sequence[float] = (0.01, 0.1, 1.0),
) -> dict[str, float]:
    """The equal error rate, and the share of matches accepted at each rate of `false_accept`.

    "TAR@FAR=0.1%" is the largest share of matches that a threshold accepts which accepts at most
    0.1 percent of all other pairs. "matches" and "others" count the pairs.

    >>> found = verification(np.array([[0.1, 0.2, 0.3]]), ["ann"], ["ann", "bob", "ann"])
    >>> found["EER"], found["TAR@FAR=1%"]
    (50.0, 50.0)
    """
    own, other = _split(distance, probe_ids, gallery_ids, exclude)
    rates = {
        f"TAR@FAR={rate:g}%": 100 * float(accept(own, other, rate).mean()) for rate in false_accept
    }
    counts = {"matches": len(own), "others": len(other)}
    return {"EER": _curve(own, other).equal_error, **rates, **counts}


def accept(
    scores: Float[np.ndarray, " M"], other: Float[np.ndarray, " N"], percent: float
) -> Bool[np.ndarray, " M"]:
    """Which of `scores` a threshold can accept that accepts at most `percent` of `other`."""
    if not 0 <= percent <= 100:
        raise ConfigError(f"a rate of errors is 0 to 100 percent, got {percent}")
    admitted = int(len(other) * percent / 100 + 1e-9)  # 0.29 * 100 is a little less than 29
    if admitted == len(other):
        return np.ones(len(scores), dtype=bool)
    return scores < np.partition(other, admitted)[admitted]


def _split(
    distance: Distance, probe_ids: Ids, gallery_ids: Ids, exclude: Pairs | None
) -> tuple[Float[np.ndarray, " M"], Float[np.ndarray, " N"]]:
    """Distances of matches, and of all other pairs."""
    far = check_distance(distance)
    check_sizes(probe_ids, gallery_ids, far.shape)
    match, excluded = same(probe_ids, gallery_ids), check_exclude(exclude, far.shape)
    kept = np.ones_like(match) if excluded is None else ~excluded
    own, other = far[match & kept], far[~match & kept]
    if not len(own) or not len(other):
        raise DataError(
            f"verification needs pairs of matches and others, got {len(own)} and {len(other)}"
        )
    return own, other


def _curve(own: np.ndarray, other: np.ndarray) -> DetCurve:
    threshold = np.unique(np.concatenate([own, other]))
    accepted = np.searchsorted(np.sort(other), threshold, side="right") / len(other)
    rejected = 1 - np.searchsorted(np.sort(own), threshold, side="right") / len(own)
    return DetCurve(
        np.concatenate([[-np.inf], threshold]),
        100 * np.concatenate([[0.0], accepted]),
        100 * np.concatenate([[1.0], rejected]),
    )
