"""What an evaluation gives: overall scores, and tables by condition and by view."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from meshgait.files.storage import written_whole


@dataclass(frozen=True, eq=False)
class Table:
    """Numbers by named rows and columns; NaN where nothing was compared."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Float[np.ndarray, "R C"]

    def __getitem__(self, cell: tuple[str, str]) -> float:
        row, column = cell
        return float(self.values[self.rows.index(row), self.columns.index(column)])

    def __str__(self) -> str:
        width = max(map(len, (*self.rows, "")))
        sizes = [max(len(column), 6) for column in self.columns]
        names = zip(self.columns, sizes, strict=True)
        lines = [" " * width + "".join(f"  {name:>{size}}" for name, size in names)]
        for name, row in zip(self.rows, self.values, strict=True):
            cells = zip(row, sizes, strict=True)
            numbers = ("-" if math.isnan(x) else f"{x:.2f}" for x in row)
            shown = (f"  {x:>{size}}" for x, (_, size) in zip(numbers, cells, strict=True))
            lines.append(f"{name:{width}}" + "".join(shown))
        return "\n".join(lines)

    def to_plain(self) -> dict[str, Any]:
        """Lists and numbers, for JSON; None where nothing was compared."""
        values = [[None if math.isnan(x) else float(x) for x in row] for row in self.values]
        return {"rows": list(self.rows), "columns": list(self.columns), "values": values}


class Scores(dict[str, float]):
    """Overall scores by name, in percent, and counts; `tables` where the protocol has some."""

    def __init__(
        self, scores: Mapping[str, float], tables: Mapping[str, Table] | None = None
    ) -> None:
        super().__init__(scores)
        self.tables = dict(tables or {})

    def to_plain(self) -> dict[str, Any]:
        """Everything, for JSON."""
        tables = {name: table.to_plain() for name, table in self.tables.items()}
        return {**self, **({"tables": tables} if tables else {})}

    def write_csv(self, path: str | Path) -> None:
        """Write one line per number: table, row, column, value; overall ones are table "all"."""
        with written_whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["table", "row", "column", "value"])
            writer.writerows(["all", "", name, value] for name, value in self.items())
            for name, table in self.tables.items():
                for row, values in zip(table.rows, table.values, strict=True):
                    for column, value in zip(table.columns, values, strict=True):
                        if not math.isnan(value):
                            writer.writerow([name, row, column, value])
