"""The demo: bodies, silhouettes, two networks, a ranked gallery, in minutes on two cores."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float

from meshgait.benchmark import Budget, Method
from meshgait.benchmark.discriminants import Describe, Embed, learn_discriminants
from meshgait.benchmark.methods import DISCRIMINANTS
from meshgait.benchmark.scores import by_person
from meshgait.camera import Camera
from meshgait.data import SubjectsAndClips
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.errors import DataError
from meshgait.evaluation import embed
from meshgait.evaluation.bootstrap import Interval, bootstrap
from meshgait.files.lock import locked
from meshgait.files.storage import written_whole
from meshgait.metrics import cmc, part_distance, retrieval, score_probes
from meshgait.models import GEI, SLN, SMPLGait
from meshgait.numerics import Precision
from meshgait.render import shade
from meshgait.training.criterion import Loss
from meshgait.training.fit import Row, fit
from meshgait.visualization.document import Figure, Part, Section
from meshgait.visualization.report import (
    draw_pictures,
    draw_retrieval,
    plot_curves,
    write_report,
)
from meshgait.visualization.score_words import explain_scores

COLUMNS = {"rank1": "Rank-1", "rank5": "Rank-5", "mAP": "mAP", "mINP": "mINP"}
ABOVE = "mAP above the best discriminant"
_CHANCE_DRAWS = 100


@dataclass(frozen=True)
class DemoConfig:
    """How much the demo does: people to learn from and to tell apart, and steps of training."""

    train_identities: int = 160
    test_identities: int = 80
    steps: int = 1000
    width: float = 0.25
    precision: Precision = "auto"
    seed: int = 0
    data: WildConfig = WildConfig()


@dataclass(frozen=True, eq=False)
class Result:
    """What one method reached, on average and of each person, and what it took."""

    scores: dict[str, float]
    seconds: float
    people: dict[str, Float[np.ndarray, " S"]] = field(default_factory=dict)
    distance: Float[np.ndarray, "Q G"] | None = None
    history: list[Row] | None = None

    def intervals(self) -> dict[str, Interval]:
        """Of the means over people, where they are known."""
        return {name: bootstrap([values]) for name, values in self.people.items()}

    def above(self, other: Result) -> Interval:
        """By how much its mAP is above that of another, person by person."""
        return bootstrap([self.people["mAP"] - other.people["mAP"]])


def run_demo(
    out: str | Path, config: DemoConfig = DemoConfig(), *, command: str = "meshgait demo"
) -> Path:
    """Make the data, train, rank, write the report into `out`; returns the page's path.

    The page says that `command` makes it again.
    """
    with locked(out):
        return _run(Path(out), config, command)


def _run(out: Path, config: DemoConfig, command: str) -> Path:
    walkers = partial(SyntheticGait, seed=config.seed, config=config.data)
    train = walkers("train", identities=config.train_identities)
    test = walkers("test", identities=config.test_identities)
    results = {"chance": _chance(test)}
    for method in DISCRIMINANTS:
        if method.describe is not None:
            results[_title(method.name)] = _discriminants(method.describe, train, test)
    gei = GEI()
    results["GEI + nearest neighbour"] = _test(partial(embed, gei), test, metric="euclidean")
    for model_type in (SLN, SMPLGait):
        results[model_type.__name__] = _train(model_type, train, test, config, out)
    with written_whole(out / "metrics.json") as part:
        rows = {name: _row(result) for name, result in results.items()}
        part.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return _report(out, results, test, config, command)


def _row(result: Result) -> dict[str, Any]:
    known = {name: i for name, i in result.intervals().items() if i.low <= i.high}
    bounds = {name: [i.low, i.high] for name, i in known.items()}
    return {**result.scores, "intervals": bounds, "seconds": round(result.seconds, 1)}


def _title(name: str) -> str:
    return f"discriminants of {name}"


def _chance(test: SyntheticGait) -> Result:
    """Scores of a gallery in random order: the mean of many."""
    probe, gallery = test.protocol.split(test.records)
    subjects = np.array([record.subject for record in test.records])
    generator = np.random.default_rng(0)
    draws = [
        retrieval(generator.random((len(probe), len(gallery))), subjects[probe], subjects[gallery])
        for _ in range(_CHANCE_DRAWS)
    ]
    return Result({name: float(np.mean([d[name] for d in draws])) for name in COLUMNS}, 0.0)


def _test(look: Embed, test: SyntheticGait, *, metric: str) -> Result:
    start = time.perf_counter()
    values = look(test).values
    probe, gallery = test.protocol.split(test.records)
    distance = part_distance(values[probe], values[gallery], metric).numpy()
    subjects = np.array([record.subject for record in test.records])
    found = score_probes(distance, subjects[probe], subjects[gallery])
    each = {
        "rank1": found.first <= 1, "rank5": found.first <= 5, "mAP": found.precision,
        "mINP": found.penalty,
    }  # fmt: skip
    people = {name: by_person(100.0 * values, subjects[probe]) for name, values in each.items()}
    scores = {name: value for name, value in found.mean().items() if name in COLUMNS}
    return Result(scores, time.perf_counter() - start, people, distance)


def _discriminants(describe: Describe, train: SyntheticGait, test: SyntheticGait) -> Result:
    start = time.perf_counter()
    result = _test(learn_discriminants(describe, train), test, metric="euclidean")
    return replace(result, seconds=time.perf_counter() - start)


def _train(
    model_type: Any, train: SyntheticGait, test: SyntheticGait, config: DemoConfig, out: Path
) -> Result:
    start = time.perf_counter()
    torch.manual_seed(config.seed)
    model = model_type(model_type.Config(width=config.width))
    budget = Budget(
        steps=config.steps, precision=config.precision, batch=SubjectsAndClips(12, 4), frames=4
    )
    method = Method("demo", loss=Loss({"triplet": 1, "neck": 1}))
    recipe = budget.recipe(method, seed=config.seed)
    history = fit(model, train, recipe, out=out / model_type.__name__, resume=True)
    result = _test(partial(embed, model), test, metric="cosine")
    return replace(result, seconds=time.perf_counter() - start, history=history)


def _report(
    out: Path, results: dict[str, Result], test: SyntheticGait, config: DemoConfig, command: str
) -> Path:
    trained = {name: result for name, result in results.items() if result.history}
    best = max(trained, key=lambda name: results[name].scores["rank1"])
    figures: list[Part] = [
        Section("What the scores mean"),
        explain_scores(COLUMNS.values()),
        Section("Walkers, and who was found"),
        _draw_walkers(test),
        _draw_matches(results[best].distance, test, best),
        Section("Ranks and training"),
        _plot_ranks(results, test),
        plot_curves(
            {
                name: ([row["step"] for row in rows], [row["loss"] for row in rows])
                for name, rows in ((name, result.history or []) for name, result in trained.items())
            },
            x="training step", y="loss", name="training", caption="The loss while training.",
        ),
    ]  # fmt: skip
    return write_report(
        out,
        title="meshgait: from SMPL parameters to a ranked gallery",
        lead=(
            f"{config.test_identities} people whom no network has seen before, one clip of each "
            f"searched for among {len(test) - config.test_identities} others: any camera, route, "
            f"bag or coat. Networks and discriminants learnt from {config.train_identities} other "
            "people. Percent; in brackets 95 of 100 bootstrap draws of people. Discriminants "
            "know means and deviations of the estimated bodies: a network counts only above them."
        ),
        table=_table(results),
        figures=figures,
        command=command,
        foot=f"Seed {config.seed}. Next: meshgait train --help, and meshgait video FILE for people "
        "of your own.",
    )


def _table(results: dict[str, Result]) -> list[dict[str, str]]:
    floor = max(
        map(_title, (m.name for m in DISCRIMINANTS)), key=lambda n: results[n].scores["mAP"]
    )
    rows = []
    for name, result in results.items():
        known = {name: str(interval) for name, interval in result.intervals().items()}
        row = {"method": name}
        row |= {t: known.get(c, f"{result.scores[c]:.1f}") for c, t in COLUMNS.items()}
        is_compared = bool(result.people) and name != floor
        more = result.above(results[floor]) if is_compared else None
        row[ABOVE] = "" if more is None else f"{more}, {more.verdict}"
        rows.append(row | {"seconds": f"{result.seconds:.0f}"})
    return rows


def _plot_ranks(results: dict[str, Result], test: SyntheticGait) -> Figure:
    probe, gallery = test.protocol.split(test.records)
    subjects = np.array([record.subject for record in test.records])
    curves = {}
    for name, result in results.items():
        if result.distance is not None:
            curve = cmc(result.distance, subjects[probe], subjects[gallery], ranks=20)
            curves[name] = (np.arange(1, 21).tolist(), curve.tolist())
    return plot_curves(
        curves, x="rank", y="found, %", name="cmc",
        caption="How many probes have a clip of the same person among the first so many.",
    )  # fmt: skip


def _draw_matches(
    distance: Float[np.ndarray, "Q G"] | None, test: SyntheticGait, name: str
) -> Figure:
    """Some probes with their five nearest."""
    if distance is None:
        raise DataError("there are no matches without distances")
    probe, gallery = test.protocol.split(test.records)
    rows, marks = [], []
    for row in np.linspace(0, len(probe) - 1, 8).round().astype(int):
        nearest = gallery[np.argsort(distance[row], kind="stable")[:5]]
        subject = test.records[probe[row]].subject
        rows.append([test[int(i)].frames["silhouette"] for i in (probe[row], *nearest)])
        marks.append([test.records[i].subject == subject for i in nearest])
    return draw_retrieval(
        rows, marks, name="matches",
        caption=(
            f"Probes and their five nearest by {name}: green with ✓ is the same person, red with "
            "✗ another."
        ),
    )  # fmt: skip


def _draw_walkers(test: SyntheticGait) -> Figure:
    """Six moments of three walkers, from the side and from the front."""
    pictures = []
    for index in _one_clip_of_each_condition(test):
        mesh = test.mesh(index)
        frames = np.linspace(0, len(mesh.vertices) - 1, 6).round().astype(int)
        shown = mesh[frames]
        root = shown.require_joints()[:, 0]
        forward = root[-1] - root[0]
        heading = float(torch.atan2(forward[0], forward[2]).rad2deg())
        target = root * torch.tensor([1.0, 0.0, 1.0]) + torch.tensor([0.0, 0.9, 0.0])
        for azimuth in (90.0, 20.0):
            camera = Camera.orbit(
                heading + azimuth, 8.0, 5.0, (220, 150), target=target, fov_deg=24.0
            )
            pictures.append(shade(shown.vertices, shown.faces, camera).numpy())
    return draw_pictures(
        np.stack(pictures), name="walkers",
        caption="Three walkers, with nothing, a bag and a coat, from the side and from the front.",
        alt=f"{len(pictures)} rows of six shaded bodies each, legs and arms swinging in turn.",
    )  # fmt: skip


def _one_clip_of_each_condition(test: SyntheticGait) -> list[int]:
    found: dict[str, int] = {}
    for index, record in enumerate(test.records):
        found.setdefault(record.condition.rstrip("0123456789"), index)
    return [found[name] for name in ("normal", "bag", "coat") if name in found]
