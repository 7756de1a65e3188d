"""One cell of a benchmark: a method learnt with one pair of seeds and scored, kept as JSON."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from meshgait._version import __version__
from meshgait.benchmark.budget import Budget
from meshgait.benchmark.calibration import Calibration, calibrate
from meshgait.benchmark.conditions import conditions
from meshgait.benchmark.discriminants import Embed, learn_discriminants
from meshgait.benchmark.methods import Method
from meshgait.benchmark.scores import People, cross_view, pair_rank1
from meshgait.benchmark.walkers import Walkers
from meshgait.evaluation import Embeddings, embed
from meshgait.files.regular import read_json
from meshgait.files.storage import written_whole
from meshgait.gallery import digest_of
from meshgait.metrics import part_distance
from meshgait.nn import Network
from meshgait.training.fit import fit

FORMAT = 3  # raise it whenever the same settings give other numbers


@dataclass(frozen=True)
class Seeds:
    """Which people, and which first weights and batches."""

    data: int = 0
    training: int = 0


@dataclass(frozen=True)
class Cell:
    """Scores in percent, person by person, of one method with one pair of seeds; what they cost.

    `scores` are those of `scores.cross_view`, `conditions` hold Rank-1 under one condition apart,
    `noise` the mAP by multiples of the estimator's errors of pose, `captured` the scores on people
    of a folder of motion capture, if there is one. `calibration` is there when it was asked for
    and some match was right. `seconds` are those of training
    since it was last resumed.
    """

    method: str
    seeds: Seeds
    scores: People
    conditions: People
    noise: People
    parameters: int = 0
    frames_per_second: float = 0.0
    seconds: float = 0.0
    trained: dict[str, Any] = field(default_factory=dict)
    captured: People = field(default_factory=dict)
    calibration: Calibration | None = None


def run_cell(
    method: Method, seeds: Seeds, walkers: Walkers, out: Path, fpir: float | None = None
) -> Cell:
    """The cell in `out`, if it was made of the same things; else made, and kept there.

    A training that was killed is resumed. Raises `DataError` when the data lack an input, and what
    `fit` raises.
    """
    made_of = describe(method, seeds, walkers)
    learnt = _digest(made_of)
    if walkers.captured is not None:
        made_of["captured"] = walkers.captured.data.fingerprint
    if fpir is not None:
        made_of["calibration"] = {"fpir": fpir, "intervals": True}
    digest = _digest(made_of)
    stem = f"{method.stem}-{seeds.data}-{seeds.training}"
    path = out / "cells" / f"{stem}.json"
    kept = _read(path, digest)
    if kept is not None:
        return kept
    cell = _make(method, seeds, walkers, out / "training" / f"{stem}-{learnt}", fpir)
    with written_whole(path) as part:
        content = {"digest": digest, "version": __version__, "made_of": made_of}
        content |= asdict(cell) | {
            name: {key: values.tolist() for key, values in getattr(cell, name).items()}
            for name in _PEOPLE
        }
        part.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return cell


_PEOPLE = ("scores", "conditions", "noise", "captured")


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def describe(method: Method, seeds: Seeds, walkers: Walkers) -> dict[str, Any]:
    """All that decides what is learnt, and the scores of walkers."""
    # Which other cells there are is nothing.
    shared = replace(walkers.budget, seeds=1, data_seeds=1, seed=0)
    if method.describe is not None:
        network = method.describe.__qualname__
    elif method.weights:
        network = digest_of(method.build(shared))
    else:
        network = repr(method.build(shared).config)
    return {
        "format": FORMAT,
        "method": [method.name, method.model, network, method.input_mode, repr(method.loss)],
        "augment": repr(method.augment),
        "seeds": asdict(seeds),
        "budget": {f.name: repr(getattr(shared, f.name)) for f in fields(Budget)},
        "data": [walkers.train.fingerprint, walkers.test.fingerprint],
    }


def _read(path: Path, digest: str) -> Cell | None:
    """The cell that is there, or None: for none, one of other things, or a damaged one."""
    try:
        content = read_json(path)
        if content["digest"] != digest:
            return None
        values = {f.name: content[f.name] for f in fields(Cell) if f.name in content}
        for name in _PEOPLE:
            values[name] = {key: np.array(row, float) for key, row in content[name].items()}
        return Cell(**{**values, "seeds": Seeds(**content["seeds"])})
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _make(method: Method, seeds: Seeds, walkers: Walkers, folder: Path, fpir: float | None) -> Cell:
    cell = Cell(method.name, seeds, {}, {}, {})
    if method.describe is not None:
        start = time.perf_counter()
        look = learn_discriminants(method.describe, walkers.train)
        seconds = round(time.perf_counter() - start, 1)
        return _score(replace(cell, seconds=seconds), walkers, look, metric="euclidean")
    torch.manual_seed(seeds.training)
    model = method.build(walkers.budget)
    parameters = sum(weight.numel() for weight in model.parameters())
    for data in (walkers.train, walkers.test):
        walkers.with_inputs(data, model.inputs)  # made now, so that no clock counts it
    if parameters and not method.weights:
        start = time.perf_counter()
        trained = _train(method, model, seeds, walkers, folder)
        seconds = round(time.perf_counter() - start, 1)
        cell = replace(cell, trained=trained, seconds=seconds)
    return _score(
        replace(cell, parameters=parameters),
        walkers,
        lambda data: embed(model, walkers.with_inputs(data, model.inputs)),
        metric="cosine" if parameters else "euclidean",
        sees_smpl=model.inputs != ("silhouette",),
        fpir=fpir if parameters else None,
    )


def _train(
    method: Method, model: Network, seeds: Seeds, walkers: Walkers, folder: Path
) -> dict[str, Any]:
    """Train `model` in place; what it was trained with."""
    data = walkers.with_inputs(walkers.train, tuple(model.inputs))
    recipe = walkers.budget.recipe(method, seed=seeds.training)
    fit(model, data, recipe, out=folder, resume=True)
    return {
        "steps": recipe.steps,
        "batch": f"{recipe.batch.subjects} x {recipe.batch.clips}",
        "frames": walkers.budget.frames,
        "loss": ", ".join(f"{name} {weight:g}" for name, weight in recipe.loss.terms.items()),
        "augment": ", ".join(repr(step) for step in recipe.augment) or "none",
        "lr": walkers.budget.lr,
        "width": getattr(getattr(model, "config", None), "width", 1.0),
    }


def _score(
    cell: Cell,
    walkers: Walkers,
    look: Embed,
    *,
    metric: str,
    sees_smpl: bool = True,
    fpir: float | None = None,
) -> Cell:
    """The cell with the scores of what `look` makes of the test clips."""
    traits = walkers.traits
    subjects = np.array([record.subject for record in walkers.test.records])

    def distances(embeddings: Embeddings) -> np.ndarray:
        return part_distance(embeddings.values, embeddings.values, metric).numpy()

    start = time.perf_counter()
    embeddings = look(walkers.test)
    found = distances(embeddings)
    speed = walkers.frames / (time.perf_counter() - start)
    scores = cross_view(found, subjects, traits.view_deg)
    noise = {
        str(level): scores["mAP"]
        if level == 1 or not sees_smpl
        else cross_view(distances(look(data)), subjects, traits.view_deg)["mAP"]
        for level, data in walkers.noisy.items()
    }
    apart = {name: pair_rank1(found, subjects, pairs) for name, pairs in conditions(traits).items()}
    people = walkers.captured
    sure = None if fpir is None else calibrate(embeddings.values.numpy(), subjects.tolist(), fpir)
    return replace(
        cell, scores=scores, conditions=apart, noise=noise, frames_per_second=round(speed, 1),
        captured={} if people is None else people.scores(distances(look(people.data))),
        calibration=sure,
    )  # fmt: skip
