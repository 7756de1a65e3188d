"""Cells summed up: one row for each method, with intervals over people."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import numpy as np

from meshgait.benchmark.cell import Cell
from meshgait.benchmark.methods import DISCRIMINANTS, Method
from meshgait.benchmark.scores import SCORES
from meshgait.evaluation.bootstrap import Interval, bootstrap

TITLES = {"mAP": "mAP", "rank1": "Rank-1"}
ABOVE = "above the best discriminant"
AGAINST = "above another row"
CAPTURED = "captured, "

Pick = Callable[[Cell], np.ndarray]


@dataclass(frozen=True)
class Row:
    """A method with its cells, one for each pair of seeds so far.

    `problem` says why there are no more.
    """

    method: Method
    cells: list[Cell] = field(default_factory=list)
    problem: str = ""

    @property
    def note(self) -> str:
        """What to know about the row, and what went wrong."""
        return "; ".join(filter(None, [self.method.note, self.problem]))

    def people(self, pick: Pick) -> dict[int, np.ndarray]:
        """What `pick` takes of a cell, (trainings, people) by data seed."""
        seeds = dict.fromkeys(cell.seeds.data for cell in self.cells)
        return {
            seed: np.stack([pick(c) for c in self.cells if c.seeds.data == seed]) for seed in seeds
        }

    def interval(self, pick: Pick) -> Interval:
        """Of the mean over people."""
        return bootstrap(list(self.people(pick).values()))

    def above(self, other: Row, pick: Pick) -> Interval:
        """By how much this row's mean is above another's, person by person; of data both know.

        Trainings are paired by their order where there are as many; else each is compared with the
        mean of the other row's.
        """
        ours, theirs = self.people(pick), other.people(pick)
        shared = [(ours[seed], theirs[seed]) for seed in ours if seed in theirs]
        return bootstrap(
            [a - (b if len(a) == len(b) else b.mean(0, keepdims=True)) for a, b in shared]
        )


def picks(part: str, name: str) -> Pick:
    """What takes one score of a part of a cell (`scores`, `conditions`, `noise`)."""

    def pick(cell: Cell) -> np.ndarray:
        return getattr(cell, part)[name]

    return pick


mean_ap = picks("scores", "mAP")
"""The first score of the benchmark."""

captured_ap = picks("captured", "mAP")
"""The same of captured people."""


def best_discriminant(rows: Sequence[Row], pick: Pick = mean_ap) -> Row | None:
    """The one of highest mAP, if any was run."""
    names = {method.name for method in DISCRIMINANTS}
    found = [row for row in rows if row.cells and row.method.name in names]
    return max(found, key=lambda row: row.interval(pick).mean, default=None)


def score_table(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Scores with their intervals, and differences with verdicts."""
    done = [row for row in rows if row.cells]
    floor, by_name = best_discriminant(rows), {row.method.name: row for row in done}
    with_people = bool(done) and all(cell.captured for row in done for cell in row.cells)
    captured_floor = best_discriminant(rows, captured_ap) if with_people else None
    table = []
    for row in rows:
        line = {"method": row.method.name}
        if row.cells:
            line |= {TITLES[name]: str(row.interval(picks("scores", name))) for name in SCORES}
            line[ABOVE] = _difference(row, floor, mean_ap)
            other = by_name.get(row.method.against)
            line[AGAINST] = f"{row.method.against}: " if other else ""
            line[AGAINST] += _difference(row, other, mean_ap)
        if row.cells and with_people:
            line[CAPTURED + "mAP"] = str(row.interval(captured_ap))
            line[CAPTURED + ABOVE] = _difference(row, captured_floor, captured_ap)
        table.append(line)
    return _aligned(table, [row.note for row in rows])


def _difference(row: Row, other: Row | None, pick: Pick) -> str:
    """By how much a row is above another, and the verdict; nothing where there is no other."""
    if other is None or other is row:
        return ""
    found = row.above(other, pick)
    return f"{found}, {found.verdict}"


def training_table(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Size and speed, and what each network was trained with."""
    table = []
    for row in filter(lambda row: row.cells, rows):
        line = {"method": row.method.name, "cells": str(len(row.cells))}
        last = row.cells[-1]
        line["parameters"] = f"{last.parameters:,}"
        line["frames/s"] = f"{np.median([c.frames_per_second for c in row.cells]):,.0f}"
        line |= {name: str(value) for name, value in last.trained.items()}
        line["seconds"] = f"{np.median([cell.seconds for cell in row.cells]):.0f}"
        table.append(line)
    return _aligned(table)


def _aligned(table: Sequence[Mapping[str, str]], notes: Sequence[str] = ()) -> list[dict[str, str]]:
    """All lines with all columns of which one says something, and their notes at the end."""
    columns = dict.fromkeys(name for line in table for name in line)
    columns = {name: None for name in columns if any(line.get(name) for line in table)}
    lines = [{name: line.get(name, "") for name in columns} for line in table]
    return [line | ({"note": note} if note else {}) for line, note in zip_longest(lines, notes)]


def people_table(rows: Sequence[Row], part: str) -> list[dict[str, str]]:
    """The `conditions` or the `noise` of all rows, with intervals."""
    table = []
    for row in filter(lambda row: row.cells, rows):
        line = {"method": row.method.name}
        for name in getattr(row.cells[0], part):
            values = row.people(picks(part, name))
            known = [v for v in values.values() if np.isfinite(v).any()]
            line[name] = str(bootstrap(known)) if known else "no pair"
        table.append(line)
    return table


def calibration_table(rows: Sequence[Row]) -> list[dict[str, str]]:
    """What was said of people held out, and what came true: means over the cells."""
    table = []
    for row in rows:
        if found := [cell.calibration for cell in row.cells if cell.calibration]:
            table.append(
                {
                    "method": row.method.name,
                    "ECE": _spread(found, "error", "error_interval", 1, 3),
                    "trials": str(sum(c["trials"] for c in found)),
                    "threshold": f"{np.mean([c['threshold'] for c in found]):.4f}",
                    "strangers to let in, %": f"{100 * found[0]['fpir']:g}",
                    "strangers let in, %": _spread(found, "let_in", "let_in_interval", 100, 1),
                    "known people missed, %": f"{100 * np.mean([c['missed'] for c in found]):.1f}",
                }
            )
    return table


def _spread(found: Sequence[Any], name: str, interval: str, times: float, digits: int) -> str:
    """The mean of some cells, and of the ends of their intervals."""
    mean = times * np.mean([c[name] for c in found])
    low, high = times * np.mean([c[interval] for c in found], axis=0)
    return f"{mean:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def to_csv(rows: Sequence[Row]) -> str:
    """A line for each cell, and nothing rounded: means over its people."""
    lines = []
    for row in rows:
        for cell in row.cells:
            lines.append(
                {"method": cell.method, "data seed": cell.seeds.data, "seed": cell.seeds.training}
                | {name: _mean(values) for name, values in cell.scores.items()}
                | {"parameters": cell.parameters, "frames_per_second": cell.frames_per_second}
                | {"seconds": cell.seconds}
                | cell.trained
                | {f"Rank-1, {name}": _mean(values) for name, values in cell.conditions.items()}
                | {f"mAP, errors x {level}": _mean(v) for level, v in cell.noise.items()}
                | {CAPTURED + name: _mean(values) for name, values in cell.captured.items()}
            )
    content = io.StringIO()
    names = dict.fromkeys(name for line in lines for name in line)
    writer = csv.DictWriter(content, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return content.getvalue()


def _mean(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def to_markdown(table: Sequence[Mapping[str, str]]) -> str:
    """The table as Markdown has it."""
    columns = list(dict.fromkeys(name for line in table for name in line))
    rows = [columns, ["---", *("---:" for _ in columns[1:])]]
    rows += [[line.get(name, "").replace("|", "\\|") for name in columns] for line in table]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
