"""How sure a score is: intervals by drawing the people again (Efron, 1979).

People, not clips, are drawn: the clips of a person stand or fall together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from meshgait.errors import DataError

DRAWS = 2000


@dataclass(frozen=True)
class Interval:
    """A mean, and between which values it lies in 95 of 100 draws."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
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

    For two methods on the same people pass the differences, person by person: that is the paired
    bootstrap. The same people are drawn every time, so intervals of one run can be compared. NaN
    is a person who was not asked for. Raises `DataError` where there is nobody.

    >>> str(bootstrap([np.array([40.0, 60.0, 50.0, 50.0])]))
    '50.0 [42.5, 57.5]'
    """
    known = [values[np.isfinite(values)] for values in groups]
    if not known or not all(len(values) for values in known):
        raise DataError("there is nobody whose scores could be averaged")
    generator = np.random.default_rng(0)
    means = np.zeros(draws)
    for values in known:
        chosen = generator.integers(len(values), size=(draws, len(values)))
        means += values[chosen].mean(1) / len(known)
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(np.mean([values.mean() for values in known])), float(low), float(high))
