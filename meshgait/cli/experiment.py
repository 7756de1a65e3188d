"""Vary frames, identities, test-length, cross-domain or resolution: a table and a diagram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jsonargparse import ArgumentParser, Namespace

from meshgait._optional import require
from meshgait.cli._data import add_data, make_data
from meshgait.cli._models import find_model
from meshgait.cli._parsing import make_parser, parse
from meshgait.cli.train import to_plain
from meshgait.errors import ConfigError

if TYPE_CHECKING:
    from meshgait.experiment import Domain, Experiment, Training

_COUNTS = {"frames": (1, 3, 10, 30), "identities": (4, 8, 16, 32), "test-length": (1, 3, 10, 30)}
_SIZES = ((64, 44), (128, 88))


def run(arguments: Sequence[str]) -> None:
    """Fill in the cells that are not there yet; say where table and diagram are."""
    from meshgait.experiment import run_experiment
    from meshgait.training.memory import keep_freed_memory

    chosen = parse(_parser(arguments), arguments)
    require("lightning_fabric", extra="train")  # now, not when the data is made
    if chosen.counts and chosen.name not in _COUNTS:
        raise ConfigError(f"{chosen.name} has no numbers to vary, but --counts are given")
    keep_freed_memory()
    table, picture = run_experiment(
        _experiment(chosen), chosen.out / chosen.name, progress=chosen.progress
    )
    print(table.read_text(encoding="utf-8"), end="")
    print(f"{table}\n{picture}")


def _parser(arguments: Sequence[str]) -> ArgumentParser:
    from meshgait.training.recipe import Recipe

    parser = make_parser("experiment", __doc__)
    add = parser.add_argument
    kinds = Literal["frames", "identities", "test-length", "cross-domain", "resolution"]
    add("name", type=kinds, help="what varies")
    add("--model", type=str, default="SLN", help="the network")
    add("--width", type=float, default=0.25, help="width of the network, 1 as published")
    add("--counts", type=list[int], default=[], help="numbers to try, as [1,10,30]")
    add(
        "-o",
        "--out",
        type=Path,
        default=Path("runs/experiments"),
        help="folder; cells in it are kept",
    )
    add("--progress", type=bool, default=True, help="whether to show bars")
    parser.add_class_arguments(Recipe, "recipe")
    add_data(parser)
    parser.set_defaults({"recipe": to_plain(_budget())})
    if not any(argument.startswith("--store") for argument in arguments):
        parser.set_defaults({"data.identities": 32})
    return parser


def _budget() -> Any:
    """A training of half a minute on two cores."""
    from meshgait.data import SubjectsAndClips, UnorderedFrames
    from meshgait.training.criterion import Loss
    from meshgait.training.recipe import Adam, Recipe

    return Recipe(
        steps=150, batch=SubjectsAndClips(8, 4), frames=UnorderedFrames(6),
        loss=Loss({"triplet": 1, "neck": 1}), optimizer=Adam(lr=3e-3), milestones=(),
        one_cycle=True, calibrate=True, save_every=50,
    )  # fmt: skip


def _experiment(chosen: Namespace) -> Experiment:
    from meshgait import experiment
    from meshgait.experiment import Domain, Training

    model = find_model(chosen.model)
    if not hasattr(getattr(model, "Config", None), "width"):
        raise ConfigError(f"{chosen.model} has no Config with a width, which experiments set")
    config = model.Config(width=chosen.width)
    if chosen.name == "cross-domain":
        domains = _kinds(chosen)
        return experiment.cross_domain(_how(model, config, chosen, domains), domains)
    if chosen.name == "resolution":
        domains = _sizes(chosen)
        return experiment.resolution(_how(model, config, chosen, domains), domains)
    train, test = make_data(chosen, "train"), make_data(chosen, "test")
    domain = Domain(chosen.model, train, test, test.protocol)
    training = Training(model, config, chosen.recipe, train)
    counts = chosen.counts or _COUNTS[chosen.name]
    designs = {
        "frames": experiment.frames, "identities": experiment.identities,
        "test-length": experiment.test_length,
    }  # fmt: skip
    return designs[chosen.name](training, domain, counts)


def _how(model: Any, config: Any, chosen: Namespace, domains: list[Domain]) -> Training:
    from meshgait.experiment import Training

    return Training(model, config, chosen.recipe, domains[0].train)


def _kinds(chosen: Namespace) -> list[Domain]:
    """The data chosen, and two milder kinds: a laboratory, and cameras high above."""
    wild = chosen.data.config
    steady = replace(wild.segmentation, edge=0.1, holes=0.0)
    lab = replace(wild, person_px=(90.0, 110.0), elevation_deg=(0.0, 2.0), occluded=0.0,
                  azimuth_deg=(60, 120), segmentation=steady)  # fmt: skip
    above = replace(wild, elevation_deg=(30.0, 45.0))
    kinds = {"the laboratory": lab, "the wild": wild, "high cameras": above}
    return [_synthetic(name, chosen, config) for name, config in kinds.items()]


def _sizes(chosen: Namespace) -> list[Domain]:
    return [
        _synthetic(f"{width} x {height}", chosen, replace(chosen.data.config, size=(height, width)))
        for height, width in _SIZES
    ]


def _synthetic(name: str, chosen: Namespace, config: Any) -> Domain:
    from meshgait.experiment import Domain

    if chosen.store is not None:
        raise ConfigError(f"{chosen.name} varies how walkers are filmed; it takes no --store")
    its = Namespace(store=None, data=Namespace(**{**vars(chosen.data), "config": config}))
    train, test = make_data(its, "train"), make_data(its, "test")
    return Domain(name, train, test, test.protocol)
