"""What a training shows while it runs: a progress bar or lines, TensorBoard's events, a table."""

from __future__ import annotations

import csv
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from meshgait._optional import require
from meshgait.errors import DependencyError
from meshgait.files.storage import storage_explained, written_whole

Row = dict[str, float]
Report = Callable[[str], object]

_SHOWN = ("loss", "active_fraction", "lr", "validation_rank1", "validation_mAP")


class TrainingLog:
    """A bar on a terminal, lines elsewhere, and TensorBoard's events, if it is installed.

    Use it as a context. `start` of the `steps` are done already; what an earlier run wrote into
    `out` about later steps is no longer shown. `tell` is given a line for every row; without it
    stderr is, where that is no terminal. With `silent` there is nothing of all this.
    """

    def __init__(
        self,
        out: Path,
        *,
        start: int,
        steps: int,
        silent: bool = False,
        tell: Report | None = None,
    ) -> None:
        self._steps, self._out, self._began = steps, out, (time.monotonic(), start)
        self._bar = tqdm(total=steps, initial=start, unit="step", disable=True if silent else None)
        self._tell = tell
        if tell is None and not silent and self._bar.disable:
            self._tell = _to_stderr
        if silent:
            self._tell = None
        self._silent, self._events = silent, None

    def __enter__(self) -> TrainingLog:
        self._hook, threading.excepthook = threading.excepthook, self._leave_to_writer
        if not self._silent:
            self._events = self._open_events(self._out / "events")
        return self

    def _open_events(self, folder: Path) -> Any:
        """TensorBoard's writer; None where there can be none: the table holds the same numbers."""
        try:
            tensorboard = require("torch.utils.tensorboard", extra="train")
        except DependencyError:
            return None
        try:
            str(folder).encode()
        except UnicodeEncodeError:
            warnings.warn(
                f"no events are written into {folder}: TensorBoard takes no names that are not "
                "UTF-8; log.csv holds the same numbers", stacklevel=4,
            )  # fmt: skip
            return None
        with storage_explained(folder):
            return tensorboard.SummaryWriter(str(folder), purge_step=self._began[1] + 1)

    def _leave_to_writer(self, what: threading.ExceptHookArgs) -> None:
        """TensorBoard writes in a thread of its own, and raises its errors here again."""
        if not issubclass(what.exc_type, OSError):
            self._hook(what)

    def __exit__(self, *_: object) -> None:
        threading.excepthook = self._hook
        self._bar.close()
        if self._events is not None:
            with storage_explained(self._out / "events"):
                self._events.close()

    def advance(self) -> None:
        """One more step is done."""
        self._bar.update()

    def write(self, row: Row) -> None:
        """Show the numbers of the step `row["step"]`."""
        step = int(row["step"])
        shown = {name: f"{row[name]:.3g}" for name in _SHOWN if name in row}
        self._bar.set_postfix(shown, refresh=False)
        if self._tell is not None:
            numbers = ", ".join(f"{name} {value}" for name, value in shown.items())
            self._tell(f"step {step} of {self._steps}: {numbers}{self._speed(step)}")
        if self._events is not None:
            with storage_explained(self._out / "events"):
                for name, value in row.items():
                    self._events.add_scalar(name, value, step)

    def _speed(self, step: int) -> str:
        began, start = self._began
        seconds = time.monotonic() - began
        return f", {(step - start) / seconds:.3g} steps/s" if seconds > 0 and step > start else ""


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def write_table(path: str | Path, rows: Sequence[Row]) -> None:
    """Write the rows as .csv, with a column for every name in any of them."""
    columns = dict.fromkeys(name for row in rows for name in row) or {"step": None}
    with written_whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, fieldnames=list(columns))
        table.writeheader()
        table.writerows(rows)
