"""One cell of a benchmark: a method trained and scored with one seed, kept as JSON."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from meshgait._version import __version__
from meshgait.benchmark.budget import Budget
from meshgait.benchmark.conditions import pair_rank1
from meshgait.benchmark.methods import Method
from meshgait.benchmark.walkers import Walkers
from meshgait.data import Protocol
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.evaluation import Embeddings, embed, evaluate
from meshgait.files.regular import read_json
from meshgait.files.storage import written_whole
from meshgait.metrics import part_distance
from meshgait.nn import Network
from meshgait.training.fit import fit

FORMAT = 1  # raise it whenever the same settings give other numbers
SCORES = ("rank1", "rank5", "mAP", "mINP")


@dataclass(frozen=True)
class Cell:
    """Scores in percent of one method with one seed, and what they cost.

    `conditions` and `noise` (by multiples of the estimator's noise) hold Rank-1. `seconds` are
    those of training since it was last resumed.
    """

    method: str
    seed: int
    scores: dict[str, float]
    conditions: dict[str, float | None]
    noise: dict[str, float]
    parameters: int
    frames_per_second: float
    seconds: float
    trained: dict[str, Any] = field(default_factory=dict)


def run_cell(method: Method, seed: int, budget: Budget, walkers: Walkers, out: Path) -> Cell:
    """The cell in `out`, if it was made of the same things; else made, and kept there.

    A training that was killed is resumed. Raises `DataError` when the data lack an input, and what
    `fit` raises.
    """
    made_of = describe(method, seed, budget, walkers)
    digest = hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:16]
    stem = f"{method.name.replace('/', '-').replace(' ', '-')}-{seed}"
    path = out / "cells" / f"{stem}.json"
    kept = _read(path, digest)
    if kept is not None:
        return kept
    folder = out / "training" / f"{stem}-{digest}"
    cell = _make(method, seed, budget=budget, walkers=walkers, folder=folder)
    with written_whole(path) as part:
        content = {"digest": digest, "version": __version__, **asdict(cell), "made_of": made_of}
        part.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return cell


def describe(method: Method, seed: int, budget: Budget, walkers: Walkers) -> dict[str, Any]:
    """All that decides the numbers of a cell."""
    shared = replace(budget, seeds=1)  # how many others there are does not matter
    if method.embed is not None:
        network = method.embed.__qualname__
    else:
        network = repr(method.build(budget).config)
    return {
        "format": FORMAT,
        "method": [method.name, method.model, network, method.input_mode, repr(method.loss)],
        "augment": repr(method.augment),
        "seed": seed,
        "budget": {f.name: repr(getattr(shared, f.name)) for f in fields(Budget)},
        "data": [walkers.train.fingerprint, walkers.test.fingerprint],
    }


def _read(path: Path, digest: str) -> Cell | None:
    """The cell that is there, or None: for none, one of other things, or a damaged one."""
    try:
        content = read_json(path)
        if content["digest"] != digest:
            return None
        return Cell(**{entry.name: content[entry.name] for entry in fields(Cell)})
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _make(method: Method, seed: int, *, budget: Budget, walkers: Walkers, folder: Path) -> Cell:
    if method.embed is not None:
        return _measure(
            method, seed, walkers, look=method.embed, metric="euclidean", sees_smpl=True
        )
    torch.manual_seed(seed)
    model = method.build(budget)
    parameters = sum(weight.numel() for weight in model.parameters())
    for data in (walkers.train, walkers.test):
        walkers.with_inputs(data, model.inputs)  # made now, so that no clock counts it
    start = time.perf_counter()
    trained = (
        _train(model, method, seed=seed, budget=budget, walkers=walkers, out=folder)
        if parameters
        else {}
    )
    seconds = round(time.perf_counter() - start, 1) if parameters else 0.0
    cell = _measure(
        method, seed, walkers,
        look=lambda data: embed(model, walkers.with_inputs(data, model.inputs)),
        metric="cosine" if parameters else "euclidean",
        sees_smpl=model.inputs != ("silhouette",),
    )  # fmt: skip
    return replace(cell, parameters=parameters, seconds=seconds, trained=trained)


def _train(
    model: Network, method: Method, *, seed: int, budget: Budget, walkers: Walkers, out: Path
) -> dict[str, Any]:
    """Train `model` in place; what it was trained with."""
    data = walkers.with_inputs(walkers.train, tuple(model.inputs))
    recipe = budget.recipe(
        method.loss, input_mode=method.input_mode, augment=method.augment, seed=seed
    )
    fit(model, data, recipe, out=out, resume=True)
    return {
        "steps": recipe.steps,
        "batch": f"{recipe.batch.subjects} x {recipe.batch.clips}",
        "frames": budget.sampling(method.input_mode)[1],
        "augment": ", ".join(repr(step) for step in method.augment) or "none",
        "lr": budget.lr,
        "width": getattr(getattr(model, "config", None), "width", 1.0),
    }


def _measure(
    method: Method,
    seed: int,
    walkers: Walkers,
    *,
    look: Callable[[SyntheticGait], Embeddings],
    metric: str,
    sees_smpl: bool,
) -> Cell:
    """Scores of what `look` makes of the test clips; reading them counts in frames per second."""
    protocol = walkers.test.draw_protocol(seed)
    start = time.perf_counter()
    embeddings = look(walkers.test)
    speed = walkers.frames / (time.perf_counter() - start)
    distance = part_distance(embeddings.values, embeddings.values, metric).numpy()
    subjects = np.array([record.subject for record in embeddings.records])
    apart = {
        name: pair_rank1(distance, subjects, pairs) for name, pairs in walkers.conditions.items()
    }
    noise = {
        str(level): _score(
            embeddings if level == 1 or not sees_smpl else look(data), protocol, metric
        )["rank1"]
        for level, data in walkers.noisy.items()
    }
    scores = _score(embeddings, protocol, metric)
    return Cell(
        method=method.name, seed=seed, scores=scores, conditions=apart, noise=noise,
        parameters=0, frames_per_second=round(speed, 1), seconds=0.0,
    )  # fmt: skip


def _score(embeddings: Embeddings, protocol: Protocol, metric: str) -> dict[str, float]:
    scores = evaluate(embeddings, protocol, metric=metric)
    return {name: scores[name] for name in SCORES}
