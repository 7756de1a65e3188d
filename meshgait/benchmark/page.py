"""The tables of a benchmark as CSV, Markdown and a page with plots."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from meshgait.benchmark.budget import Budget
from meshgait.benchmark.table import (
    TITLES,
    Row,
    calibration_table,
    mean_ap,
    people_table,
    picks,
    score_table,
    to_csv,
    to_markdown,
    training_table,
)
from meshgait.files.storage import written_whole
from meshgait.visualization.document import Figure, Part, Section, Table
from meshgait.visualization.reliability import plot_reliability
from meshgait.visualization.report import plot_bars, plot_curves, write_report
from meshgait.visualization.score_words import explain_scores

_APART = (
    "Rank-1 under one condition apart: every clip is searched for, and found when its one match "
    "of that condition is nearer than every clip of everybody else. Views are the side from which "
    "a walker is seen: same within 30 degrees, cross 60 or more apart. Speeds: same within "
    "10 percent, other 25 percent or more apart."
)
_NOISE = (
    "mAP when the poses of the test clips are estimated with less or more error than in training "
    "(1 is the error of training, 0 the true pose; errors of shape stay). Networks that see "
    "silhouettes alone stay where they are."
)


_TRAINED = "What each network was trained with, and what it took on this machine."
_SURE = (
    "How sure matches are: threshold and probabilities (logistic regression on the cosine "
    "distance) are learnt from half of the test people and tried on the others, every clip once "
    "among all clips of the others and once with its own person away. ECE is the expected "
    "calibration error: by how much the said probability is off, in ten bins of it."
)


def write_results(
    out: Path, rows: Sequence[Row], budget: Budget, note: str = "", command: str = ""
) -> None:
    """Write `results.csv`, `results.md` and `index.html` with what there is so far.

    `note` says who the captured people are, if there are any; `command` makes it again.
    """
    intro = f"{lead(budget)} {note}".rstrip()
    tables = [
        ("Scores", intro, score_table(rows)),
        ("Under one condition apart", _APART, people_table(rows, "conditions")),
        ("Under other errors of the poses", _NOISE,
         people_table(rows, "noise") if len(budget.noise_levels) > 1 else []),
        ("How sure matches are", _SURE, calibration_table(rows)),
        ("Training", _TRAINED, training_table(rows)),
    ]  # fmt: skip
    with written_whole(out / "results.csv") as part:
        part.write_text(to_csv(rows), encoding="utf-8")
    with written_whole(out / "results.md") as part:
        content = [f"{text}\n\n{to_markdown(table)}" for _, text, table in tables if table]
        part.write_text("\n".join(content), encoding="utf-8")
    parts: list[Part] = [
        Section("What the scores mean"), explain_scores(TITLES.values()),
        Section("In pictures"), *_plots(rows), *_reliabilities(rows),
    ]  # fmt: skip
    for title, text, table in tables[1:]:
        parts += [Section(title), Table(text, table)] if table else []
    write_report(
        out,
        title="SyntheticGait-Wild",
        lead=intro,
        table=tables[0][2],
        figures=parts,
        command=command or f"meshgait benchmark --out {out}, with the same options",
        foot=f"Seed {budget.seed}. Next: results.csv for the numbers, unrounded.",
    )


def lead(budget: Budget) -> str:
    """One paragraph: the protocol and the budget."""
    return (
        f"{budget.test_identities} people whom no network has seen before, {budget.data.clips} "
        "clips each: any camera, route, bag or coat. Every clip is a probe, and is searched for "
        "among all clips seen from 60 degrees or more away. Networks learnt from "
        f"{budget.train_identities} other people in {budget.steps} steps of "
        f"{budget.batch.subjects} x {budget.batch.clips} clips of {budget.frames} frames. Percent; "
        "in brackets 95 of 100 bootstrap draws of people and trainings, means over the seeds of "
        "both. The discriminants learnt from the same clips without a network: a network "
        "counts only above them. Differences are of mAP, paired person by person, and undecided "
        "where the interval holds zero."
    )


def _plots(rows: Sequence[Row]) -> list[Figure]:
    done = [row for row in rows if row.cells]
    if not done:
        return []
    found = {row.method.name: row.interval(mean_ap) for row in done}
    bars = plot_bars(
        {name: (i.mean, (i.high - i.low) / 2) for name, i in found.items()},
        x="mAP, %", name="map", caption="mAP; the lines are as long as the intervals.",
    )  # fmt: skip
    curves = {
        row.method.name: (
            [float(level) for level in row.cells[0].noise],
            [row.interval(picks("noise", level)).mean for level in row.cells[0].noise],
        )
        for row in done
    }
    if all(len(levels) < 2 for levels, _ in curves.values()):
        return [bars]
    return [
        bars,
        plot_curves(
            curves, x="errors of the estimated pose, times those of training", y="mAP, %",
            name="noise", caption="mAP by the errors of the poses of the test clips.",
        ),
    ]  # fmt: skip


def _reliabilities(rows: Sequence[Row]) -> list[Figure]:
    """A diagram for each row that was calibrated, of its first cell."""
    found = []
    for row in rows:
        sure = row.cells[0].calibration if row.cells else None
        if sure:
            caption = (
                f"{row.method.name}: how often matches are right, by the probability said; ECE "
                f"{sure['error']:.3f} over {sure['trials']} trials of people held out."
            )
            name = f"reliability-{row.method.stem}"
            found.append(plot_reliability(sure["bins"], name=name, caption=caption))
    return found
