"""The clips that all methods of a benchmark share."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from meshgait.benchmark.budget import Budget
from meshgait.benchmark.conditions import Pairs, Traits, conditions
from meshgait.data import SequenceDataset
from meshgait.data.preparation.derived import DERIVATIONS, Derived
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.errors import DataError


class Walkers:
    """SyntheticGait's two splits, and the test people filmed anew with other estimator noise.

    Each is filmed when it is first asked for and then kept (see `SyntheticGait`).
    """

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self._derived: dict[tuple[str, ...], Derived] = {}

    @cached_property
    def train(self) -> SyntheticGait:
        """People to learn from."""
        budget = self.budget
        return SyntheticGait("train", identities=budget.train_identities, config=budget.data)

    @cached_property
    def test(self) -> SyntheticGait:
        """Other people, to be told apart."""
        return self._film(1.0)

    @cached_property
    def noisy(self) -> dict[float, SyntheticGait]:
        """The test clips by multiples of the estimator's noise; the silhouettes are the same."""
        return {
            level: self.test if level == 1 else self._film(level)
            for level in self.budget.noise_levels
        }

    @cached_property
    def conditions(self) -> dict[str, Pairs]:
        """Which pairs of test clips belong to each condition."""
        return conditions(Traits.of(self.test))

    @cached_property
    def frames(self) -> int:
        """How many there are in the test clips."""
        return sum(self.test.store.lengths)

    def with_inputs(self, data: SyntheticGait, inputs: tuple[str, ...]) -> SequenceDataset:
        """`data` with what a network reads; `DataError` when it is neither there nor derivable."""
        missing = [name for name in inputs if name not in data.store.modalities]
        lost = [name for name in missing if name not in DERIVATIONS]
        if lost:
            raise DataError(f"{lost[0]} is not in the data")
        if not missing:
            return data
        key = (str(data.folder), *missing)
        if key not in self._derived:
            self._derived[key] = Derived(data, missing)
        return self._derived[key]

    def _film(self, level: float) -> SyntheticGait:
        budget = self.budget
        # Errors of shape stay: exact coefficients would give everybody away.
        estimator = replace(budget.data.estimator, pose=level)
        config = replace(budget.data, estimator=estimator)
        return SyntheticGait("test", identities=budget.test_identities, config=config)
