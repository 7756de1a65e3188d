"""The clips that all methods of a benchmark share."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from meshgait.benchmark.budget import Budget
from meshgait.benchmark.captured import Captured
from meshgait.benchmark.conditions import Traits
from meshgait.data import SequenceDataset
from meshgait.data.preparation.derived import Derived
from meshgait.data.preparation.drawings import DERIVATIONS
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.data.synthetic.motion_gait import MotionGait
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.data.synthetic.rendered import RenderedGait
from meshgait.errors import DataError


class Walkers:
    """SyntheticGait's two splits of one data seed, and the test people with other estimates.

    Each is rendered when it is first asked for and then kept (see `SyntheticGait`). `motion` is a
    folder of motion capture, whose people are a second test.
    """

    def __init__(self, budget: Budget, data_seed: int = 0, motion: Path | None = None) -> None:
        self.budget, self.data_seed, self.motion = budget, data_seed, motion
        self._derived: dict[tuple[str, ...], Derived] = {}

    @cached_property
    def train(self) -> SyntheticGait:
        """People to learn from."""
        return self._render("train", self.budget.train_identities, self.budget.data)

    @cached_property
    def test(self) -> SyntheticGait:
        """Other people, to be told apart."""
        return self._with_errors(1.0)

    @cached_property
    def noisy(self) -> dict[float, SyntheticGait]:
        """The test clips by multiples of the estimator's noise; the silhouettes are the same."""
        return {
            level: self.test if level == 1 else self._with_errors(level)
            for level in self.budget.noise_levels
        }

    @cached_property
    def captured(self) -> Captured | None:
        """Everybody who walks in the folder of motion capture, if there is one."""
        if self.motion is None:
            return None
        config = self.budget.data
        return Captured(
            MotionGait(self.motion, "test", train=0, seed=self.data_seed, config=config)
        )

    @cached_property
    def traits(self) -> Traits:
        """Clothes, side and speed of every test clip."""
        return Traits.of(self.test)

    @cached_property
    def frames(self) -> int:
        """How many there are in the test clips."""
        return sum(self.test.store.lengths)

    def with_inputs(self, data: RenderedGait, inputs: tuple[str, ...]) -> SequenceDataset:
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

    def _with_errors(self, level: float) -> SyntheticGait:
        # Errors of shape stay: exact coefficients would give everybody away.
        estimator = replace(self.budget.data.estimator, pose=level)
        config = replace(self.budget.data, estimator=estimator)
        return self._render("test", self.budget.test_identities, config)

    def _render(
        self, split: Literal["train", "test"], identities: int, config: WildConfig
    ) -> SyntheticGait:
        return SyntheticGait(split, identities=identities, seed=self.data_seed, config=config)
