"""Experiments filled in cell by cell: what is finished stays on disk, whatever interrupts it."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from meshgait.evaluation import embed, evaluate
from meshgait.experiment.cells import Cell, Training, key
from meshgait.experiment.designs import Experiment
from meshgait.files.lock import locked
from meshgait.files.regular import read_json
from meshgait.files.storage import written_whole
from meshgait.training.fit import fit
from meshgait.visualization.report import Figure, plot_curves, plot_groups
from meshgait.weights.checkpoint import load_model

SCORES = ("rank1", "rank5", "mAP", "mINP")
Row = dict[str, Any]


def run_experiment(
    experiment: Experiment, out: str | Path, *, progress: bool = True
) -> tuple[Path, Path]:
    """Fill in all cells; the paths of the table (CSV) and of the diagram (PNG).

    A cell that is in `out` already is not computed again, and a training that was interrupted
    goes on where it was saved. Cells with the same training share it. Both files are complete
    after every cell, with the cells there are. `ConfigError` where another process writes into
    `out`.
    """
    with locked(out):
        return _fill_all(experiment, Path(out), progress)


def _fill_all(experiment: Experiment, out: Path, progress: bool) -> tuple[Path, Path]:
    table, picture = out / f"{experiment.name}.csv", out / f"{experiment.name}.png"
    rows: list[Row] = []
    title = f"experiment {experiment.name}"
    bar = tqdm(experiment.cells, desc=title, unit="cell", disable=None if progress else True)
    for cell in bar:
        scores = fill(cell, out, progress=progress)
        rows.append({"series": cell.series, experiment.x: cell.x, **scores})
        _write_table(table, rows)
        with written_whole(picture) as part:
            part.write_bytes(plot(experiment, rows).png)
    return table, picture


def fill(cell: Cell, out: Path, *, progress: bool) -> dict[str, float]:
    """The scores of a cell: read, if they are in `out`, or trained and tested for."""
    made_of = cell.made_of()
    path = out / "cells" / f"{key(made_of)}.json"
    found = _read(path, made_of)
    if found is not None:
        return found
    model = _trained(cell.training, out / "trainings" / key(cell.training.made_of()))
    embeddings = embed(model, cell.domain.test, limit=cell.limit, progress=progress)
    every = evaluate(embeddings, cell.domain.protocol, metric=cell.training.recipe.metric)
    scores = {name: every[name] for name in SCORES if name in every}
    with written_whole(path) as part:
        text = json.dumps({"made_of": made_of, "scores": scores}, indent=1)
        part.write_text(text, encoding="utf-8")
    return scores


def plot(experiment: Experiment, rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Curves over numbers; bars, of rank-1 if there are several series, over names."""
    about = {"x": experiment.x, "name": experiment.name, "caption": experiment.caption}
    series = list(dict.fromkeys(row["series"] for row in rows))
    by_series = {name: [row for row in rows if row["series"] == name] for name in series}
    shown = ("rank1", "mAP") if len({cell.series for cell in experiment.cells}) == 1 else ("rank1",)
    lines = {
        name if len(shown) == 1 else score: [(row[experiment.x], row[score]) for row in own]
        for name, own in by_series.items()
        for score in shown
        if all(score in row for row in own)
    }
    label = "rank-1 in percent" if len(shown) == 1 else "percent"
    if all(isinstance(row[experiment.x], str) for row in rows):
        return plot_groups({name: dict(points) for name, points in lines.items()}, y=label, **about)
    curves = {name: ([x for x, _ in own], [y for _, y in own]) for name, own in lines.items()}
    return plot_curves(curves, y=label, mark="o", **about)


def _trained(training: Training, folder: Path) -> Any:
    torch.manual_seed(training.recipe.seed)
    model = training.model(training.config)
    fit(model, training.data, training.recipe, out=folder, resume=True)
    return load_model(folder / "checkpoint.pt")


def _read(path: Path, made_of: dict[str, Any]) -> dict[str, float] | None:
    """The scores in a file of this cell; None when there is none, or not a whole one."""
    try:
        content = read_json(path)
        scores = {str(name): float(value) for name, value in content["scores"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return scores if content.get("made_of") == made_of and "rank1" in scores else None


def _write_table(path: Path, rows: Sequence[Row]) -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with written_whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
