"""The page that shows what an experiment gave: one HTML file without a network, and its PNGs."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from meshgait._optional import require
from meshgait.errors import ConfigError
from meshgait.files.storage import written_whole

_STYLES = ("-", "--", ":", "-.")  # of lines, as there are ten colours
PROBE, RIGHT, WRONG = "#888888", "#2a8a4a", "#c0392b"

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
  color: #222 }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { padding: .3rem .9rem; text-align: right; border-bottom: 1px solid #ddd }
th:first-child, td:first-child { text-align: left }
td { white-space: nowrap } td:last-child { white-space: normal }
.wide { overflow-x: auto }
img { max-width: 100% } figure { margin: 1.5rem 0 } figcaption { color: #555; font-size: .9rem }
"""


@dataclass(frozen=True)
class Figure:
    """A picture with the name of its file (without ending) and a sentence that explains it."""

    name: str
    caption: str
    png: bytes

    def __post_init__(self) -> None:
        if not self.name or Path(self.name).name != self.name:
            raise ConfigError(f"a figure is called like a file without folders, not {self.name!r}")


@dataclass(frozen=True)
class Table:
    """A table below the figures, with a sentence that explains it."""

    caption: str
    rows: Sequence[Mapping[str, str]]


def write_report(
    folder: str | Path,
    *,
    title: str,
    lead: str,
    table: Sequence[Mapping[str, str]],
    figures: Sequence[Figure | Table],
) -> Path:
    """Write `index.html` with the pictures inside, and every picture as a PNG beside it."""
    folder = Path(folder)
    for figure in figures:
        if isinstance(figure, Table):
            continue
        with written_whole(folder / f"{figure.name}.png") as part:
            part.write_bytes(figure.png)
    blocks = [_captioned(f) if isinstance(f, Table) else _figure(f) for f in figures]
    index = folder / "index.html"
    with written_whole(index) as part:
        part.write_text(page(title, lead, table, blocks), encoding="utf-8")
    return index


def page(title: str, lead: str, table: Sequence[Mapping[str, str]], blocks: Sequence[str]) -> str:
    """One HTML file that needs no other: a heading, a sentence, a table and blocks of HTML."""
    content = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{html.escape(title)}</h1><p>{html.escape(lead)}</p>",
        _table(table),
        *blocks,
        "</main></body></html>",
    ]
    return "\n".join(content)


def _table(rows: Sequence[Mapping[str, str]]) -> str:
    columns = dict.fromkeys(name for row in rows for name in row)
    head = _cells('th scope="col"', columns)
    lines = [_cells("td", [row.get(name, "") for name in columns]) for row in rows]
    body = "".join(lines)
    return f'<div class="wide"><table><thead>{head}</thead><tbody>{body}</tbody></table></div>'


def _captioned(table: Table) -> str:
    caption = f"<figcaption>{html.escape(table.caption)}</figcaption>"
    return f"<figure>{_table(table.rows)}{caption}</figure>"


def _cells(tag: str, texts: Iterable[str]) -> str:
    end = tag.split(maxsplit=1)[0]
    return f"<tr>{''.join(f'<{tag}>{html.escape(text)}</{end}>' for text in texts)}</tr>"


def _figure(figure: Figure) -> str:
    data = base64.b64encode(figure.png).decode()
    caption = html.escape(figure.caption)
    return (
        f'<figure><img alt="{caption}" src="data:image/png;base64,{data}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


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
    figure, ((axes,),) = _diagram(9.6, max(4.0, 0.25 * len(curves))) if many else _diagram(6.4, 4.0)
    for number, (label, (across, up)) in enumerate(curves.items()):
        style = _STYLES[number // 10 % len(_STYLES)]
        axes.plot(across, up, label=label, linestyle=style, marker=mark)
    axes.set(xlabel=x, ylabel=y)
    axes.grid(alpha=0.3)
    if all(isinstance(value, int) for across, _ in curves.values() for value in across):
        axes.xaxis.get_major_locator().set_params(integer=True)
    if curves:
        legend = figure.legend(loc="outside right upper") if many else axes.legend()
        for text in legend.get_texts():
            text.set_parse_math(False)  # a name may hold a dollar
    return Figure(name, caption, _to_png(figure))


def plot_bars(
    bars: Mapping[str, tuple[float, float]], *, x: str, name: str, caption: str
) -> Figure:
    """A horizontal bar (length, half the length of the line at its end) by label, first on top."""
    figure, ((axes,),) = _diagram(6.4, 1.0 + 0.3 * len(bars))
    lengths, errors = [length for length, _ in bars.values()], [error for _, error in bars.values()]
    places = range(len(bars))
    axes.barh(places, lengths, xerr=errors, color="#4f81bd", ecolor="#444444", capsize=3)
    axes.set_yticks(places, list(bars))
    for text in axes.get_yticklabels():
        text.set_parse_math(False)
    axes.invert_yaxis()
    axes.set_xlabel(x)
    axes.grid(axis="x", alpha=0.3)
    return Figure(name, caption, _to_png(figure))


def plot_groups(
    bars: Mapping[str, Mapping[str, float]], *, x: str, y: str, name: str, caption: str
) -> Figure:
    """Groups of bars: the height of each label (a colour) at each place (a group)."""
    figure, ((axes,),) = _diagram(6.4, 4.0)
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
    return Figure(name, caption, _to_png(figure))


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
    figure, grid = _diagram(1.5 * columns, 1.35 * len(rows), rows=len(rows), columns=columns)
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
    return Figure(name, caption, _to_png(figure))


def _strip(clip: UInt8[np.ndarray, "T H W"], shown: int = 3) -> UInt8[np.ndarray, "H {shown}*W"]:
    """Some frames of a clip side by side."""
    chosen = np.linspace(0, len(clip) - 1, shown).round().astype(int)
    return np.concatenate(list(clip[chosen]), axis=1)


def draw_pictures(
    pictures: Float[np.ndarray, "R C H W"] | UInt8[np.ndarray, "R C H W 3"],
    *,
    name: str,
    caption: str,
) -> Figure:
    """Pictures in rows and columns, edge to edge."""
    image = np.concatenate([np.concatenate(list(row), axis=1) for row in pictures], axis=0)
    content = io.BytesIO()
    if image.dtype != np.uint8:
        image = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    require("PIL.Image").fromarray(image).save(content, format="PNG")
    return Figure(name, caption, content.getvalue())


def _diagram(width: float, height: float, *, rows: int = 1, columns: int = 1) -> tuple:
    """A matplotlib figure that needs no screen and leaves no state behind, and its axes."""
    figure = require("matplotlib.figure").Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)


def _to_png(figure: object) -> bytes:
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=110)  # type: ignore[attr-defined]
    return content.getvalue()
