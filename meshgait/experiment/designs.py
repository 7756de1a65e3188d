"""The experiments: which cells each one has, and what its diagram says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from meshgait.data import FrameSampling, VaryingFrames
from meshgait.errors import ConfigError
from meshgait.experiment.cells import Cell, Domain, SomePeople, Training


@dataclass(frozen=True, eq=False)
class Experiment:
    """Cells to be filled, and what varies among them."""

    name: str
    x: str
    caption: str
    cells: tuple[Cell, ...]


def frames(training: Training, domain: Domain, counts: Sequence[int]) -> Experiment:
    """The number of frames of each clip in training."""
    cells = []
    for count in _rising(counts):
        recipe = replace(training.recipe, frames=_take(training.recipe.frames, count))
        cells.append(Cell(domain.name, count, replace(training, recipe=recipe), domain))
    return Experiment(
        "frames", "frames per clip in training",
        "How well people are found by networks that were trained on more or fewer frames of each "
        "clip; all frames are seen in the test.", tuple(cells),
    )  # fmt: skip


def identities(training: Training, domain: Domain, counts: Sequence[int]) -> Experiment:
    """The number of people in training; fewer are always among more."""
    cells = [
        Cell(domain.name, n, replace(training, data=SomePeople(training.data, n)), domain)
        for n in _rising(counts)
    ]
    return Experiment(
        "identities", "people in training",
        "How well people are found by networks that were trained on more or fewer others, with "
        "the same number of steps.", tuple(cells),
    )  # fmt: skip


def test_length(training: Training, domain: Domain, counts: Sequence[int]) -> Experiment:
    """The number of frames of each sequence in the test, the first ones; one network."""
    cells = [Cell(domain.name, n, training, domain, limit=n) for n in _rising(counts)]
    return Experiment(
        "test-length", "frames per sequence in the test",
        "How well one network finds people by more or fewer frames of each sequence.",
        tuple(cells),
    )  # fmt: skip


test_length.__test__ = False  # type: ignore[attr-defined]  # no test, whatever its name


def cross_domain(training: Training, domains: Sequence[Domain]) -> Experiment:
    """Every source with every target; `training` says how, its data are left aside."""
    cells = [
        Cell(f"trained on {source.name}", target.name, replace(training, data=source.train), target)
        for source in domains
        for target in domains
    ]
    return Experiment(
        "cross-domain", "tested on",
        "How well a network finds people in data of its own kind and of another.", tuple(cells),
    )  # fmt: skip


def resolution(training: Training, domains: Sequence[Domain]) -> Experiment:
    """The same walks in several sizes; each domain's sequences say how large they are."""
    cells = []
    for domain in domains:
        height, width = domain.train[0].frames["silhouette"].shape[1:3]
        config = replace(training.config, size=(height, width))
        small = replace(training, config=config, data=domain.train)
        cells.append(Cell(training.model.__name__, f"{width} x {height}", small, domain))
    return Experiment(
        "resolution", "pixels (width x height)",
        "How well people are found at several resolutions of the silhouette.", tuple(cells),
    )  # fmt: skip


def _rising(counts: Sequence[int]) -> list[int]:
    if not counts or min(counts) < 1:
        raise ConfigError(f"counts are 1 or more, and there is one at least, got {list(counts)}")
    return sorted(set(counts))


def _take(sampling: FrameSampling, count: int) -> FrameSampling:
    """The same way to choose frames, with another number of them."""
    if isinstance(sampling, VaryingFrames):
        return VaryingFrames(count, count)
    return replace(sampling, frames=count)  # type: ignore[type-var]
