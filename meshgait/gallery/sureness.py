"""How sure an identification is, as the gallery itself shows: everybody once taken for a stranger.

The threshold is an order statistic of how near strangers come, so the share of strangers who are
let in is at most the one asked for, as long as new strangers are like the people enrolled. Of too
few people to count it is where a log-normal distribution has that share (Student's prediction
bound), and never beyond the middle between own clips and those of others. Probabilities are those
of a logistic regression (scikit-learn), and are not given for fewer than `LEAST_PEOPLE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from meshgait._optional import require
from meshgait.gallery.neighbours import Clips, nearest_to

LEAST_PEOPLE = 20
_FOLDS, _BINS = 5, 10
_AT_ONCE = 512
_LEAST = 1e-6  # distance that rounding leaves of equal clips
_FINITE = 1e6  # in place of no distance at all


@dataclass(frozen=True, eq=False)
class Sureness:
    """For each enrolled clip how near others' and own other clips are; infinite where none is.

    `threshold` is the distance from which on somebody is unknown, `fpir` the share of strangers it
    is to let in at most. `model` gives probabilities, or is `None`.
    """

    other: Float[np.ndarray, " N"]
    own: Float[np.ndarray, " N"]
    people: tuple[str, ...]
    threshold: float
    fpir: float
    model: Any

    @classmethod
    def of(
        cls, vectors: Float[np.ndarray, "N D"], names: Sequence[str], fpir: float = 0.01
    ) -> Sureness:
        """What clips show of themselves."""
        return cls.learn(*nearest(vectors, names), names, fpir)

    @classmethod
    def learn(
        cls, own: Float[np.ndarray, " N"], other: Float[np.ndarray, " N"], names: Sequence[str],
        fpir: float = 0.01,
    ) -> Sureness:  # fmt: skip
        """The same of how near each clip is to others of its person, and to anybody else's."""
        threshold = _threshold(own, other, names, fpir)
        found = cls(other, own, tuple(names), threshold, fpir, None)
        if len(set(names)) < LEAST_PEOPLE or not np.isfinite(own).any():
            return found
        distance, is_right = found.trials()
        if is_right.all() or not is_right.any():
            return found
        return cls(other, own, tuple(names), threshold, fpir, _fit(distance, is_right))

    def trials(self) -> tuple[Float[np.ndarray, " M"], Bool[np.ndarray, " M"]]:
        """Distances of first matches and whether they are right, known and unknown half and half.

        Each clip is a probe twice: among all others, and with its own person away.
        """
        known = np.isfinite(self.own)
        first = np.minimum(self.own, self.other)[known]
        right = (self.own < self.other)[known]
        strange = self.other[known]
        distance = np.minimum(np.concatenate([first, strange]), _FINITE)
        return distance, np.concatenate([right, np.zeros(len(strange), bool)])

    def probability(self, distance: float) -> float | None:
        """That a first match at this distance is right, if half of the probes are of strangers."""
        found = self.probabilities(np.array([distance]))
        return None if found is None else float(found[0])

    def probabilities(self, distance: Float[np.ndarray, " M"]) -> Float[np.ndarray, " M"] | None:
        """`probability` of many."""
        return None if self.model is None else self.model.predict_proba(distance[:, None])[:, 1]

    def held_out(self) -> tuple[Float[np.ndarray, " M"], Bool[np.ndarray, " M"]]:
        """Probabilities for people who were not calibrated on, and whether matches were right."""
        distance, is_right = self.trials()
        person = np.tile(np.array(self.people)[np.isfinite(self.own)], 2)
        folds = require("sklearn.model_selection", extra="video").GroupKFold(_FOLDS)
        found = np.full(len(distance), np.nan)
        for train, test in folds.split(distance, is_right, person):
            if is_right[train].any() and not is_right[train].all():
                model = _fit(distance[train], is_right[train])
                found[test] = model.predict_proba(distance[test, None])[:, 1]
        known = np.isfinite(found)
        return found[known], is_right[known]


def _threshold(
    own: Float[np.ndarray, " N"], other: Float[np.ndarray, " N"], names: Sequence[str], fpir: float
) -> float:
    """What a share `fpir` of strangers comes below."""
    who = np.array(names)
    people = [other[who == name].min() for name in sorted(set(names))]
    if len(people) < 2:
        return -np.inf
    rank = int(fpir * (len(people) + 1))
    if rank:  # people, not clips: those of one person say the same
        return float(np.sort(other)[max(int(fpir * (len(other) + 1)), 1) - 1])
    from scipy.stats import t

    reach = float(t.ppf(fpir, len(people) - 1)) * np.sqrt(1 + 1 / len(people))
    logarithms = np.log(np.maximum(people, _LEAST))  # distances are above 0
    bound = float(np.exp(logarithms.mean() + reach * logarithms.std(ddof=1)))
    seen = own[np.isfinite(own)]
    # Of few people nobody is between own clips and others', which proves nothing: the middle.
    return min(bound, float(seen.max() + other.min()) / 2) if len(seen) else bound


def nearest(
    vectors: Float[np.ndarray, "N D"], names: Sequence[str]
) -> tuple[Float[np.ndarray, " N"], Float[np.ndarray, " N"]]:
    """Distance of each clip to the nearest other one of its person, and of anybody else."""
    clips = Clips(np.arange(len(vectors)), np.array(names), vectors)
    starts = range(0, len(vectors), _AT_ONCE)
    blocks = (Clips(*(each[start : start + _AT_ONCE] for each in clips)) for start in starts)
    near = nearest_to(clips, blocks)
    return np.array([each.own for each in near]), np.array([each.other for each in near])


def reliability(
    probability: Float[np.ndarray, " M"], is_right: Bool[np.ndarray, " M"]
) -> list[tuple[float, float, int]]:
    """Mean probability, share that was right and number of trials, in tenths of the probability.

    >>> reliability(np.array([0.92, 0.98, 0.12]), np.array([True, True, False]))
    [(0.12, 0.0, 1), (0.95, 1.0, 2)]
    """
    bins = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    found = []
    for each in range(_BINS):
        some = bins == each
        if some.any():
            mean = round(float(probability[some].mean()), 12)
            found.append((mean, float(is_right[some].mean()), int(some.sum())))
    return found


def expected_calibration_error(
    probability: Float[np.ndarray, " M"], is_right: Bool[np.ndarray, " M"]
) -> float:
    """Mean distance of probability and share that was right over the bins (Naeini, AAAI 2015)."""
    rows = reliability(probability, is_right)
    return sum(abs(mean - right) * count for mean, right, count in rows) / max(len(is_right), 1)


def _fit(distance: Float[np.ndarray, " M"], is_right: Bool[np.ndarray, " M"]) -> Any:
    linear = require("sklearn.linear_model", extra="video")
    scaling = require("sklearn.preprocessing", extra="video").StandardScaler()
    pipeline = require("sklearn.pipeline", extra="video")
    return pipeline.make_pipeline(scaling, linear.LogisticRegression()).fit(
        distance[:, None], is_right
    )
