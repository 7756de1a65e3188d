"""How sure a network may be of its matches: what some people show of it, tried on others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypedDict

import numpy as np
from jaxtyping import Float

from meshgait.benchmark.budget import Budget
from meshgait.errors import ConfigError
from meshgait.gallery import Sureness, expected_calibration_error, reliability, vectors_of
from meshgait.gallery.sureness import LEAST_PEOPLE

_DRAWS = 1000


class Calibration(TypedDict):
    """What the people who were calibrated on say of the others, and what comes true.

    `threshold` is the distance from which on somebody is unknown, so that a share `fpir` of
    strangers is let in; `let_in` is the share of the others, as strangers, that came below it, and
    `missed` the share of known clips whose match was wrong or above it. `bins` are those of
    `gallery.reliability`, `error` is the expected calibration error over `trials`. Intervals (95 %)
    are those of drawing the people again on whom it was tried.
    """

    fpir: float
    threshold: float
    let_in: float
    let_in_interval: tuple[float, float]
    missed: float
    error: float
    error_interval: tuple[float, float]
    trials: int
    bins: list[tuple[float, float, int]]


def require_people(budget: Budget, fpir: float) -> None:
    """Raises `ConfigError` where too few are tested to calibrate on half of them."""
    if not 0 < fpir < 1:
        raise ConfigError(f"the share of strangers let in is between 0 and 1, got {fpir:g}")
    if budget.test_identities < 2 * LEAST_PEOPLE:
        raise ConfigError(
            f"calibration needs {LEAST_PEOPLE} people to learn from and {LEAST_PEOPLE} others to "
            f"be tried on, and test_identities is {budget.test_identities}"
        )


def calibrate(
    values: Float[np.ndarray, "N P C"], subjects: Sequence[str], fpir: float
) -> Calibration | None:
    """Every other person is calibrated on; the rest, each a gallery's probe, are the trial.

    `None` where no match of the first half is right, of which no probability can be learnt. Raises
    `DataError` for embeddings that have no direction.
    """
    vectors, who = vectors_of(values), np.array(subjects)
    is_learnt = np.isin(who, np.unique(who)[::2])
    sure = Sureness.of(vectors[is_learnt], who[is_learnt].tolist(), fpir)
    tried = Sureness.of(vectors[~is_learnt], who[~is_learnt].tolist(), fpir)
    distance, is_right = tried.trials()
    probability = sure.probabilities(distance)
    if probability is None:
        return None
    known = np.isfinite(tried.own)
    found = (tried.own < tried.other) & (tried.own < sure.threshold)
    is_in, names = tried.other < sure.threshold, np.array(tried.people)
    each = [np.flatnonzero(names == name) for name in np.unique(names)]
    trial = np.cumsum(known) - 1  # each known clip is tried twice
    pairs = [np.concatenate([t, t + known.sum()]) for t in (trial[e[known[e]]] for e in each)]
    return Calibration(
        fpir=fpir,
        threshold=sure.threshold,
        let_in=float(is_in.mean()),
        let_in_interval=_interval(each, lambda some: float(is_in[some].mean())),
        missed=float(1 - found[known].mean()),
        error=expected_calibration_error(probability, is_right),
        error_interval=_interval(
            pairs, lambda some: expected_calibration_error(probability[some], is_right[some])
        ),
        trials=len(is_right),
        bins=reliability(probability, is_right),
    )


def _interval(
    people: Sequence[np.ndarray], value: Callable[[np.ndarray], float]
) -> tuple[float, float]:
    """The basic bootstrap of a value of the rows of some people (Davison and Hinkley, 1997).

    An error in bins grows with what is drawn twice; taking the draws' distances from the value to
    its other side takes that off.
    """
    chance = np.random.default_rng(0)
    drawn = [
        value(np.concatenate([people[i] for i in chance.integers(len(people), size=len(people))]))
        for _ in range(_DRAWS)
    ]
    center = value(np.concatenate(people))
    low, high = 2 * center - np.quantile(drawn, [0.975, 0.025])
    return max(0.0, float(low)), float(high)
