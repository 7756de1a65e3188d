"""Cells summed up: one row for each method, mean and spread over the seeds."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from meshgait.benchmark.cell import SCORES, Cell
from meshgait.benchmark.methods import Method

TITLES = {"rank1": "Rank-1", "rank5": "Rank-5", "mAP": "mAP", "mINP": "mINP"}


@dataclass(frozen=True)
class Row:
    """A method with its cells, one for each seed so far; `problem` says why there are no more."""

    method: Method
    cells: list[Cell] = field(default_factory=list)
    problem: str = ""

    @property
    def note(self) -> str:
        """What to know about the row, and what went wrong."""
        return "; ".join(filter(None, [self.method.note, self.problem]))


@dataclass(frozen=True)
class Spread:
    """Mean of some seeds, and their standard deviation (n - 1), None for a single one."""

    mean: float
    sd: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """That of `values`, of which there is one at least."""
        sd = float(np.std(values, ddof=1)) if len(values) > 1 else None
        return cls(float(np.mean(values)), sd)

    def __str__(self) -> str:
        return f"{self.mean:.1f}" + ("" if self.sd is None else f" ± {self.sd:.1f}")


def score_table(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Scores with their spread, size, speed, and what each network was trained with."""
    table = []
    for row in rows:
        line = {"method": row.method.name}
        if row.cells:
            line |= {
                TITLES[name]: str(Spread.of([cell.scores[name] for cell in row.cells]))
                for name in SCORES
            }
            last = row.cells[-1]
            line["seeds"] = str(len(row.cells))
            line["parameters"] = f"{last.parameters:,}"
            line["frames/s"] = f"{np.median([c.frames_per_second for c in row.cells]):,.0f}"
            line |= {name: str(value) for name, value in last.trained.items()}
            if last.trained:
                line["seconds"] = f"{np.median([cell.seconds for cell in row.cells]):.0f}"
        table.append(line)
    notes = [{"note": row.note} if row.note else {} for row in rows]
    columns = dict.fromkeys(name for line in table for name in line)
    return [
        {name: line.get(name, "") for name in columns} | note
        for line, note in zip(table, notes, strict=True)
    ]


def condition_table(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Rank-1 of one match among all other people, for each condition."""
    table = []
    for row in filter(lambda row: row.cells, rows):
        line = {"method": row.method.name}
        for name in row.cells[0].conditions:
            found = [cell.conditions[name] for cell in row.cells]
            known = [value for value in found if value is not None]
            line[name] = str(Spread.of(known)) if known else "no pair"
        table.append(line)
    return table


def noise_table(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Rank-1 by multiples of the estimator's noise."""
    return [
        {"method": row.method.name}
        | {
            f"noise x {level}": str(Spread.of([cell.noise[level] for cell in row.cells]))
            for level in row.cells[0].noise
        }
        for row in rows
        if row.cells
    ]


def to_csv(rows: Sequence[Row]) -> str:
    """A line for each cell, and nothing rounded: what all tables are made of."""
    lines = []
    for row in rows:
        for cell in row.cells:
            lines.append(
                {"method": cell.method, "seed": cell.seed}
                | cell.scores
                | {"parameters": cell.parameters, "frames_per_second": cell.frames_per_second}
                | {"seconds": cell.seconds}
                | cell.trained
                | {f"Rank-1, {name}": value for name, value in cell.conditions.items()}
                | {f"Rank-1, noise x {level}": value for level, value in cell.noise.items()}
            )
    content = io.StringIO()
    names = dict.fromkeys(name for line in lines for name in line)
    writer = csv.DictWriter(content, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return content.getvalue()


def to_markdown(table: Sequence[Mapping[str, str]]) -> str:
    """The table as Markdown has it."""
    columns = list(dict.fromkeys(name for line in table for name in line))
    rows = [columns, ["---", *("---:" for _ in columns[1:])]]
    rows += [[line.get(name, "").replace("|", "\\|") for name in columns] for line in table]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
