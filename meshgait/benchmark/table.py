"""Cells summed up: one row for each method, with intervals over people."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from meshgait.benchmark.cell import Cell
from meshgait.benchmark.methods import DISCRIMINANTS, Method
from meshgait.benchmark.scores import SCORES
from meshgait.evaluation.bootstrap import Interval, bootstrap

TITLES = {"mAP": "mAP", "rank1": "Rank-1"}
ABOVE = "above the best discriminant"

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
        """What `pick` takes of a cell, by data seed: of each person the mean over the trainings."""
        seeds = dict.fromkeys(cell.seeds.data for cell in self.cells)
        return {
            seed: np.mean([pick(c) for c in self.cells if c.seeds.data == seed], axis=0)
            for seed in seeds
        }

    def interval(self, pick: Pick) -> Interval:
        """Of the mean over people."""
        return bootstrap(list(self.people(pick).values()))

    def above(self, other: Row, pick: Pick) -> Interval:
        """By how much this row's mean is above another's, person by person; of data both know."""
        ours, theirs = self.people(pick), other.people(pick)
        return bootstrap([ours[seed] - theirs[seed] for seed in ours if seed in theirs])


def picks(part: str, name: str) -> Pick:
    """What takes one score of a part of a cell (`scores`, `conditions`, `noise`)."""

    def pick(cell: Cell) -> np.ndarray:
        return getattr(cell, part)[name]

    return pick


mean_ap = picks("scores", "mAP")
"""The first score of the benchmark."""


def best_discriminant(rows: Sequence[Row]) -> Row | None:
    """The one of highest mAP, if any was run."""
    names = {method.name for method in DISCRIMINANTS}
    found = [row for row in rows if row.cells and row.method.name in names]
    return max(found, key=lambda row: row.interval(mean_ap).mean, default=None)


def score_table(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Scores with their intervals, size, speed, and what each network was trained with."""
    floor, table = best_discriminant(rows), []
    for row in rows:
        line = {"method": row.method.name}
        if row.cells:
            line |= {TITLES[name]: str(row.interval(picks("scores", name))) for name in SCORES}
            if floor is not None and row is not floor:
                line[ABOVE] = f"{row.above(floor, mean_ap)}"
            last = row.cells[-1]
            line["cells"] = str(len(row.cells))
            line["parameters"] = f"{last.parameters:,}"
            line["frames/s"] = f"{np.median([c.frames_per_second for c in row.cells]):,.0f}"
            line |= {name: str(value) for name, value in last.trained.items()}
            line["seconds"] = f"{np.median([cell.seconds for cell in row.cells]):.0f}"
        table.append(line)
    notes = [{"note": row.note} if row.note else {} for row in rows]
    columns = dict.fromkeys(name for line in table for name in line)
    return [
        {name: line.get(name, "") for name in columns} | note
        for line, note in zip(table, notes, strict=True)
    ]


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
