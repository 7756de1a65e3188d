"""Captured people as a second test of what was learnt from walkers: the transfer column."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from meshgait.benchmark.conditions import CROSS_VIEW_DEG, turns_between
from meshgait.benchmark.scores import People, chance, cross_view
from meshgait.data.synthetic.motion_gait import MotionGait, trial_of
from meshgait.errors import DataError


class Captured:
    """The people of a folder; each clip is searched for among those of other trials.

    Clips of one trial show the same steps. Who has one trial only is in the crowd, and nobody looks
    for them; `DataError` where that holds for everybody.
    """

    def __init__(self, data: MotionGait) -> None:
        self.data = data
        self._subjects = np.array([record.subject for record in data.records])
        self._trials = np.array([f"{r.subject}/{trial_of(r)}" for r in data.records])
        # In the middle of each clip they face along z, from where cameras count.
        self._view_deg = np.array([float(record.view) for record in data.records])
        pairs = self._subjects[:, None] == self._subjects
        pairs &= self._trials[:, None] != self._trials
        pairs &= turns_between(self._view_deg) >= CROSS_VIEW_DEG
        self._searched = len(set(self._subjects[pairs.any(1)]))
        if not self._searched:
            raise DataError(
                f"{data.root}: nobody there has two trials, and clips are searched for among other "
                "trials; give a folder with two recordings or more of a person"
            )

    def scores(self, distance: Float[np.ndarray, "N N"]) -> People:
        """Those of `cross_view`, over trials."""
        return cross_view(distance, self._subjects, self._view_deg, self._trials)

    def describe(self) -> str:
        """Who they are, and what chance reaches with them."""
        people, trials = (len(np.unique(x)) for x in (self._subjects, self._trials))
        mean_ap = chance(self._subjects, self._view_deg, self._trials)["mAP"]
        return (
            f"Captured: {people} people of {self.data.root.resolve().name}, {trials} trials, "
            f"{len(self._trials)} clips; {self._searched} of them are searched for, among other "
            f"trials than the probe's. Chance reaches an mAP of {mean_ap:.1f}; with few people an "
            "interval says little."
        )
