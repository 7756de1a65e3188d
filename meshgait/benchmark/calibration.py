"""How sure a network may be of its matches: what some people show of it, tried on others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from jaxtyping import Float

from meshgait.benchmark.budget import Budget
from meshgait.errors import ConfigError
from meshgait.gallery import Sureness, expected_calibration_error, reliability, vectors_of
from meshgait.gallery.sureness import LEAST_PEOPLE


class Calibration(TypedDict):
    """What the people who were calibrated on say of the others, and what comes true.

    `threshold` is the distance from which on somebody is unknown, so that a share `fpir` of
    strangers is let in; `let_in` is the share of the others, as strangers, that came below it, and
    `missed` the share of known clips whose match was wrong or above it. `bins` are those of
    `gallery.reliability`, `error` is the expected calibration error over `trials`.
    """

    fpir: float
    threshold: float
    let_in: float
    missed: float
    error: float
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
    return Calibration(
        fpir=fpir,
        threshold=sure.threshold,
        let_in=float((tried.other < sure.threshold).mean()),
        missed=float(1 - found[known].mean()),
        error=expected_calibration_error(probability, is_right),
        trials=len(is_right),
        bins=reliability(probability, is_right),
    )
