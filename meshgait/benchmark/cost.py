"""What a benchmark will cost on this machine: a few clips and steps of each row, carried on."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import torch

from meshgait.benchmark.budget import Budget
from meshgait.benchmark.discriminants import Describe, learn_discriminants
from meshgait.benchmark.methods import Method
from meshgait.benchmark.walkers import Walkers
from meshgait.data import SequenceDataset, SubjectsAndClips
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.evaluation import embed
from meshgait.nn import Network
from meshgait.training.fit import fit

_STEPS = (2, 6)  # the difference of two short trainings leaves out what is done once
_CLIPS = 4

T = TypeVar("T")


@dataclass(frozen=True)
class Cost:
    """Cells of a row and the seconds of each; a cell of `clips` are those of a data seed."""

    name: str
    cells: int
    seconds: float

    @property
    def hours(self) -> float:
        """Of all cells."""
        return self.cells * self.seconds / 3600


def forecast(methods: Sequence[Method], budget: Budget) -> Iterator[str]:
    """A line for the clips and for every row, each as soon as it is measured, and the sum."""
    total = 0.0
    for cost in costs(methods, budget):
        total += cost.hours
        yield f"{cost.name}: {cost.cells} x {cost.seconds:.0f} s = {cost.hours:.2f} hours"
    yield f"all: {total:.1f} hours on this machine with {torch.get_num_threads()} threads"


def costs(methods: Sequence[Method], budget: Budget) -> Iterator[Cost]:
    """Those of the clips, then of every row; nothing that is made is kept."""
    with tempfile.TemporaryDirectory() as folder:
        people = min(8, budget.train_identities)
        config = replace(budget.data, clips=min(_CLIPS, budget.data.clips))
        make = partial(SyntheticGait, "train", config=config, cache=folder, progress=False)
        make(identities=2)  # starts the processes
        data, seconds = _timed(lambda: make(identities=people, seed=1))
        levels = len({1.0, *budget.noise_levels})
        everybody = budget.train_identities + levels * budget.test_identities
        clips = everybody * budget.data.clips
        yield Cost("clips", budget.data_seeds, seconds / len(data) * clips)
        for method in methods:
            seconds, trained = _cell(method, budget, data)
            cells = budget.data_seeds * (budget.seeds if trained else 1)
            yield Cost(method.name, cells, seconds)


def _cell(method: Method, budget: Budget, data: SyntheticGait) -> tuple[float, bool]:
    """Seconds of one cell, the training and the embedding of all test clips; whether it trains."""
    clips = budget.test_identities * budget.data.clips
    if method.describe is not None:
        _, seconds = _timed(partial(_learn, method.describe, data))
        everybody = clips + budget.train_identities * budget.data.clips
        return seconds / len(data) / 2 * everybody, False
    model = method.build(budget)
    inputs = Walkers(budget).with_inputs(data, tuple(model.inputs))
    _, seconds = _timed(lambda: embed(model, inputs))
    levels = 1 if model.inputs == ("silhouette",) else len({1.0, *budget.noise_levels})
    seconds *= levels * clips / len(data)
    trained = not method.weights and any(True for _ in model.parameters())
    if trained:
        seconds += budget.steps * _step(method, model, budget, inputs)
    return seconds, trained


def _step(method: Method, model: Network, budget: Budget, data: SequenceDataset) -> float:
    """Seconds of a step of training."""
    people = len({record.subject for record in data.records})
    subjects = min(budget.batch.subjects, people)
    short = replace(budget, batch=SubjectsAndClips(subjects, min(budget.batch.clips, _CLIPS)))
    times = []
    for steps in _STEPS:
        recipe = replace(short, steps=steps).recipe(method, seed=0)
        with tempfile.TemporaryDirectory() as out:
            _, seconds = _timed(partial(fit, model, data, recipe, out=Path(out), report=_silent))
        times.append(seconds)
    share = budget.batch.subjects * budget.batch.clips / (short.batch.subjects * short.batch.clips)
    return max(0.0, times[1] - times[0]) / (_STEPS[1] - _STEPS[0]) * share


def _learn(describe: Describe, data: SyntheticGait) -> None:
    learn_discriminants(describe, data)(data)


def _silent(*_: object) -> None:
    """Nobody wants to hear of six steps."""


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start
