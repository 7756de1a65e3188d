"""Methods trained and scored one after another, and the table after each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from meshgait.benchmark.budget import Budget
from meshgait.benchmark.calibration import require_people
from meshgait.benchmark.cell import Seeds, run_cell
from meshgait.benchmark.methods import Method
from meshgait.benchmark.page import write_results
from meshgait.benchmark.table import Row, mean_ap
from meshgait.benchmark.walkers import Walkers
from meshgait.errors import MeshgaitError
from meshgait.files.lock import locked


def run_benchmark(
    methods: Sequence[Method],
    budget: Budget,
    *,
    out: str | Path,
    motion: str | Path | None = None,
    fpir: float | None = None,
    report: Callable[[str], object] = print,
    command: str = "",
) -> Path:
    """Fill the table in `out`, seed by seed and method by method; returns its page.

    It may be killed at any time and called again: what is done is read, what was being trained is
    resumed. After every cell `out` holds the table as it is then (`results.csv`, `results.md`,
    `index.html`). A method that fails leaves a sentence in its row, and the others go on.
    With `motion`, a folder of motion capture (see `MotionGait`), what is learnt from walkers is
    tried on its people too. With `fpir`, a share of strangers to let in, thresholds and
    probabilities are learnt from half of the test people and tried on the others, for each network
    with weights. `report` is told of every cell, `command` makes the page again. `ConfigError`
    where another process writes into `out` or too few people are tested to calibrate, `DataError`
    where nobody walks in `motion`.
    """
    if fpir is not None:
        require_people(budget, fpir)
    people = None if motion is None else Path(motion)
    with locked(out):
        return _fill(methods, budget, Path(out), people, fpir, report, command)


def _fill(
    methods: Sequence[Method],
    budget: Budget,
    out: Path,
    motion: Path | None,
    fpir: float | None,
    report: Callable[[str], object],
    command: str,
) -> Path:
    rows = [Row(method) for method in methods]
    for data_seed in range(budget.seed, budget.seed + budget.data_seeds):
        walkers = Walkers(budget, data_seed, motion)
        people = walkers.captured  # what is wrong with them is said before anything is trained
        note = people.describe() if people is not None else ""
        for training in range(budget.seed, budget.seed + budget.seeds):
            for index, row in enumerate(rows):
                if row.problem or (training > budget.seed and not row.cells[-1].trained):
                    continue  # what nobody trains has no chance in it
                try:
                    cell = run_cell(row.method, Seeds(data_seed, training), walkers, out, fpir)
                except (MeshgaitError, RuntimeError, ValueError) as error:
                    # Whatever one network does, it must not end a night's run.
                    rows[index] = Row(row.method, row.cells, str(error))
                    report(f"{row.method.name}: {error}")
                else:
                    row.cells.append(cell)
                    report(f"{cell.method}, {cell.seeds}: mAP {row.interval(mean_ap)}")
                write_results(out, rows, budget, note, command)
    return out / "index.html"
