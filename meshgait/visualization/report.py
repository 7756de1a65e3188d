"""The page that shows what an experiment gave: one HTML file without a network, and its PNGs."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from meshgait._optional import require
from meshgait.files.storage import written_whole
from meshgait.visualization.document import Figure, Part, compose_page, made_by

_STYLES = ("-", "--", ":", "-.")  # of lines: colours alone do not tell them apart
PROBE, RIGHT, WRONG = "#888888", "#2a8a4a", "#c0392b"


def write_report(
    folder: str | Path,
    *,
    title: str,
    lead: str,
    table: Sequence[Mapping[str, str]],
    figures: Sequence[Part],
    command: str = "",
    foot: str = "",
) -> Path:
    """Write `index.html` with the pictures inside, and every picture as a PNG beside it.

    At its end stand the version, the `command` that makes it again, and `foot`.
    """
    folder = Path(folder)
    for figure in figures:
        if not isinstance(figure, Figure):
            continue
        with written_whole(folder / f"{figure.name}.png") as part:
            part.write_bytes(figure.png)
    page = folder / "index.html"
    with written_whole(page) as part:
        part.write_text(
            compose_page(
                title=title, lead=lead, table=table, parts=figures,
                foot=made_by(command, foot),
            ),
            encoding="utf-8",
        )  # fmt: skip
    return page


def plot_curves(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    x: str,
    y: str,
    name: str,
    caption: str,
    mark: str | None = None,
) -> Figure:
    """Lines (x values, y values) by label in one diagram; `mark` (as "o") shows the points."""
    many = len(curves) > 8
    figure, ((axes,),) = diagram(9.6, max(4.0, 0.25 * len(curves))) if many else diagram(6.4, 4.0)
    for number, (label, (across, up)) in enumerate(curves.items()):
        style = _STYLES[(number + number // 10) % len(_STYLES)]  # of 40 no two are alike
        point = "o" if len(up) == 1 else mark
        axes.plot(across, up, label=label, linestyle=style, marker=point)
    axes.set(xlabel=x, ylabel=y)
    axes.grid(alpha=0.3)
    if all(isinstance(value, int) for across, _ in curves.values() for value in across):
        axes.xaxis.get_major_locator().set_params(integer=True)
    if curves:
        legend = figure.legend(loc="outside right upper") if many else axes.legend()
        for text in legend.get_texts():
            text.set_parse_math(False)  # a name may hold a dollar
    ends = [f"{label} from {up[0]:.4g} to {up[-1]:.4g}" for label, (_, up) in curves.items()
            if len(up)]  # fmt: skip
    return Figure(name, caption, to_png(figure), f"{y} by {x}: {'; '.join(ends)}.")


def plot_bars(
    bars: Mapping[str, tuple[float, float]], *, x: str, name: str, caption: str
) -> Figure:
    """A horizontal bar (length, half the length of the line at its end) by label, first on top."""
    figure, ((axes,),) = diagram(6.4, 1.0 + 0.3 * len(bars))
    lengths, errors = [length for length, _ in bars.values()], [error for _, error in bars.values()]
    places = range(len(bars))
    axes.barh(places, lengths, xerr=errors, color="#4f81bd", ecolor="#444444", capsize=3)
    axes.set_yticks(places, list(bars))
    for text in axes.get_yticklabels():
        text.set_parse_math(False)
    axes.invert_yaxis()
    axes.set_xlabel(x)
    axes.grid(axis="x", alpha=0.3)
    alt = f"{x}: {'; '.join(f'{label} {length:.4g}' for label, (length, _) in bars.items())}."
    return Figure(name, caption, to_png(figure), alt)


def plot_groups(
    bars: Mapping[str, Mapping[str, float]], *, x: str, y: str, name: str, caption: str
) -> Figure:
    """Groups of bars: the height of each label (a colour) at each place (a group)."""
    figure, ((axes,),) = diagram(6.4, 4.0)
    places = list(dict.fromkeys(place for heights in bars.values() for place in heights))
    width = 0.8 / max(len(bars), 1)
    for number, (label, heights) in enumerate(bars.items()):
        shift = (number - (len(bars) - 1) / 2) * width
        across = [places.index(place) + shift for place in heights]
        drawn = axes.bar(across, list(heights.values()), width * 0.95, label=label)
        axes.bar_label(drawn, fmt="%.1f", fontsize=8)
    axes.set_xticks(range(len(places)), places)
    axes.set(xlabel=x, ylabel=y)
    axes.set_axisbelow(True)
    axes.grid(axis="y", alpha=0.3)
    if bars:
        for text in axes.legend().get_texts():
            text.set_parse_math(False)  # a name may hold a dollar
    told = [f"{label} {', '.join(f'{place} {height:.4g}' for place, height in heights.items())}"
            for label, heights in bars.items()]  # fmt: skip
    return Figure(name, caption, to_png(figure), f"{y} by {x}: {'; '.join(told)}.")


def draw_retrieval(
    rows: Sequence[Sequence[UInt8[np.ndarray, "_ H W"]]],
    marks: Sequence[Sequence[bool]],
    *,
    name: str,
    caption: str,
) -> Figure:
    """A row for each probe: its frames, then those of its nearest, in green with ✓ or red with ✗.

    `marks` says for every clip but the first of a row whether it shows the probe's person.
    """
    columns = max(map(len, rows))
    figure, grid = diagram(1.5 * columns, 1.35 * len(rows), rows=len(rows), columns=columns)
    for cells, clips, right in zip(grid, rows, marks, strict=True):
        for cell in cells[len(clips) :]:
            cell.set_axis_off()
        signs = [(PROBE, ""), *((RIGHT, "✓") if mark else (WRONG, "✗") for mark in right)]
        for cell, clip, (color, sign) in zip(cells[: len(clips)], clips, signs, strict=True):
            cell.imshow(_strip(clip), cmap="gray", vmin=0, vmax=255)
            cell.set(xticks=[], yticks=[])
            cell.set_xlabel(sign, color=color, fontweight="bold", labelpad=1)
            for edge in cell.spines.values():
                edge.set(color=color, linewidth=3)
    titles = ["probe", *[f"match {k}" for k in range(1, columns)]]
    for cell, title in zip(grid[0], titles, strict=True):
        cell.set_title(title, fontsize=9)
    told = [f"probe {number}: {', '.join('right' if mark else 'wrong' for mark in right)}"
            for number, right in enumerate(marks, start=1)]  # fmt: skip
    alt = f"Silhouettes of probes and their matches, nearest first; {'; '.join(told)}."
    return Figure(name, caption, to_png(figure), alt)


def _strip(clip: UInt8[np.ndarray, "T H W"], shown: int = 3) -> UInt8[np.ndarray, "H {shown}*W"]:
    """Some frames of a clip side by side."""
    chosen = np.linspace(0, len(clip) - 1, shown).round().astype(int)
    return np.concatenate(list(clip[chosen]), axis=1)


def draw_pictures(
    pictures: Float[np.ndarray, "R C H W"] | UInt8[np.ndarray, "R C H W 3"],
    *,
    name: str,
    caption: str,
    alt: str = "",
) -> Figure:
    """Pictures in rows and columns, edge to edge."""
    image = np.concatenate([np.concatenate(list(row), axis=1) for row in pictures], axis=0)
    content = io.BytesIO()
    if image.dtype != np.uint8:
        image = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    require("PIL.Image").fromarray(image).save(content, format="PNG")
    return Figure(name, caption, content.getvalue(), alt)


def diagram(width: float, height: float, *, rows: int = 1, columns: int = 1) -> tuple:
    """A matplotlib figure that needs no screen and leaves no state behind, and its axes."""
    figure = require("matplotlib.figure").Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)


def to_png(figure: object) -> bytes:
    """The picture of a figure of matplotlib."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=110)  # type: ignore[attr-defined]
    return content.getvalue()
