"""The tables of a benchmark as CSV, Markdown and a page with plots."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from meshgait.benchmark.budget import Budget
from meshgait.benchmark.table import (
    Row,
    Spread,
    condition_table,
    noise_table,
    score_table,
    to_csv,
    to_markdown,
)
from meshgait.files.storage import written_whole
from meshgait.visualization.report import Figure, Table, plot_bars, plot_curves, write_report

_APART = (
    "Rank-1 under one condition apart: every clip is searched for, and found when its one match "
    "of that condition is nearer than every clip of everybody else. Views are the side from which "
    "a walker is seen: same within 30 degrees, cross 60 or more apart. Speeds: same within "
    "10 percent, other 25 percent or more apart."
)
_NOISE = (
    "Rank-1 of the protocol when the SMPL parameters of the test clips are estimated with less or "
    "more noise than in training (1 is the noise of training, 0 the truth). Networks that see "
    "silhouettes alone stay where they are."
)


def write_results(out: Path, rows: Sequence[Row], budget: Budget) -> None:
    """Write `results.csv`, `results.md` and `index.html` with what there is so far."""
    tables = {
        lead(budget): score_table(rows),
        _APART: condition_table(rows),
        _NOISE: noise_table(rows),
    }
    with written_whole(out / "results.csv") as part:
        part.write_text(to_csv(rows), encoding="utf-8")
    with written_whole(out / "results.md") as part:
        content = [f"{text}\n\n{to_markdown(table)}" for text, table in tables.items() if table]
        part.write_text("\n".join(content), encoding="utf-8")
    scores, apart, noise = tables.values()
    write_report(
        out,
        title="SyntheticGait-Wild",
        lead=lead(budget),
        table=scores,
        figures=[*_plots(rows), Table(_APART, apart), Table(_NOISE, noise)],
    )


def lead(budget: Budget) -> str:
    """One paragraph: the protocol and the budget."""
    people = f"{budget.test_identities} people whom no network has seen before"
    clips = budget.test_identities * (budget.data.clips - 1)
    return (
        f"{people}, one clip of each searched for among {clips} others: any camera, route, bag or "
        f"coat. Networks learnt from {budget.train_identities} other people in {budget.steps} "
        f"steps. Percent; mean and standard deviation of the seeds, which draw first weights, "
        "batches and probes."
    )


def _plots(rows: Sequence[Row]) -> list[Figure]:
    done = [row for row in rows if row.cells]
    if not done:
        return []
    rank1 = {row.method.name: Spread.of([c.scores["rank1"] for c in row.cells]) for row in done}
    curves = {}
    for row in done:
        levels = [float(level) for level in row.cells[0].noise]
        means = [Spread.of([c.noise[str(level)] for c in row.cells]).mean for level in levels]
        curves[row.method.name] = (levels, means)
    return [
        plot_bars(
            {name: (spread.mean, spread.sd or 0.0) for name, spread in rank1.items()},
            x="Rank-1, %", name="rank1", caption="Rank-1; the lines are one standard deviation.",
        ),
        plot_curves(
            curves, x="noise of the SMPL estimates, times that of training", y="Rank-1, %",
            name="noise", caption="Rank-1 by the noise of the SMPL estimates of the test clips.",
        ),
    ]  # fmt: skip
