"""How sure a score is: intervals by drawing the people, and the trainings, again (Efron, 1979).

People, not clips, are drawn: the clips of a person stand or fall together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from meshgait.errors import DataError

DRAWS = 2000


@dataclass(frozen=True)
class Interval:
    """A mean, and between which values it lies in 95 of 100 draws; NaN where that is not known."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        if math.isnan(self.low):
            return f"{self.mean:.1f} [one person]"
        return f"{self.mean:.1f} [{self.low:.1f}, {self.high:.1f}]"

    @property
    def excludes_zero(self) -> bool:
        """Whether a difference with this interval is one."""
        return self.low > 0 or self.high < 0

    @property
    def verdict(self) -> str:
        """Of a difference with this interval: above, below or undecided."""
        if not self.excludes_zero:
            return "undecided"
        return "above" if self.low > 0 else "below"


def bootstrap(groups: Sequence[np.ndarray], *, draws: int = DRAWS) -> Interval:
    """The mean over people, and over `groups` of them: data sets with people of their own.

    A group is (people,), or (trainings, people) for what was trained more than once; trainings are
    drawn again like people, so that the luck of one makes no difference certain. For two methods
    on the same people pass the differences, person by person: that is the paired bootstrap. The
    same people are drawn every time, so intervals of one run can be compared. NaN is a person who
    was not asked for. One person alone says nothing of others: there is no interval. Raises
    `DataError` where there is nobody.

    >>> str(bootstrap([np.array([40.0, 60.0, 50.0, 50.0])]))
    '50.0 [42.5, 57.5]'
    """
    known = [rows[:, np.isfinite(rows).all(axis=0)] for rows in map(np.atleast_2d, groups)]
    if not known or not all(rows.size for rows in known):
        raise DataError("there is nobody whose scores could be averaged")
    generator = np.random.default_rng(0)
    luck = np.random.default_rng(1)
    means = np.zeros(draws)
    for rows in known:
        trainings, people = rows.shape
        chosen = generator.integers(people, size=(draws, people))
        weights = luck.multinomial(trainings, np.full(trainings, 1 / trainings), size=draws)
        drawn = np.stack([row[chosen].mean(1) for row in rows], axis=1)
        means += (drawn * weights).sum(1) / trainings / len(known)
    low, high = np.quantile(means, [0.025, 0.975])
    if any(rows.shape[1] < 2 for rows in known):
        low = high = np.nan
    return Interval(float(np.mean([rows.mean() for rows in known])), float(low), float(high))
