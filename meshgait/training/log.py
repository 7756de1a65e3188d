"""What a training shows while it runs: a progress bar, TensorBoard's events, a table."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from meshgait._optional import require
from meshgait.errors import DependencyError
from meshgait.files.storage import written_whole

Row = dict[str, float]


class TrainingLog:
    """Progress bar and TensorBoard's events, if it is installed; with `silent` neither of them.

    Use it as a context. `start` of the `steps` are done already; what an earlier run wrote into
    `out` about later steps is no longer shown.
    """

    def __init__(self, out: Path, *, start: int, steps: int, silent: bool = False) -> None:
        self._bar = tqdm(total=steps, initial=start, unit="step", disable=True if silent else None)
        self._events = None
        if not silent:
            try:
                tensorboard = require("torch.utils.tensorboard", extra="train")
                self._events = tensorboard.SummaryWriter(str(out / "events"), purge_step=start + 1)
            except DependencyError:
                pass  # the table holds the same numbers

    def __enter__(self) -> TrainingLog:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()
        if self._events is not None:
            self._events.close()

    def advance(self) -> None:
        """One more step is done."""
        self._bar.update()

    def write(self, row: Row) -> None:
        """Show the numbers of the step `row["step"]`."""
        names = ("loss", "active_fraction", "lr")
        shown = {name: f"{row[name]:.3g}" for name in names if name in row}
        self._bar.set_postfix(shown, refresh=False)
        if self._events is not None:
            for name, value in row.items():
                self._events.add_scalar(name, value, int(row["step"]))


def write_table(path: str | Path, rows: Sequence[Row]) -> None:
    """Write the rows as .csv, with a column for every name in any of them."""
    columns = dict.fromkeys(name for row in rows for name in row) or {"step": None}
    with written_whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, fieldnames=list(columns))
        table.writeheader()
        table.writerows(rows)
