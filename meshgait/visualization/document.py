"""A page of pictures, tables and words: one HTML file that needs no network."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from meshgait._version import __version__
from meshgait.errors import ConfigError

_STYLE = """
:root { --ink: #222; --soft: #555; --line: #ddd; --paper: #fff }
@media screen { :root { color-scheme: light dark } }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e6; --soft: #aaa; --line: #444; --paper: #16181c } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem;
  color: var(--ink); background: var(--paper) }
p, li, figcaption, footer { max-width: 48rem }
h1, h2 { line-height: 1.2; overflow-wrap: anywhere } h2 { margin-top: 2.5rem }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { padding: .3rem .6rem; text-align: left; border-bottom: 1px solid var(--line) }
th:first-child, td:first-child { position: sticky; left: 0; background: var(--paper) }
.number { text-align: right }
td { white-space: nowrap }
td:last-child:not(.number) { white-space: normal; min-width: 12rem }
.links td:first-child { white-space: normal; overflow-wrap: break-word;
  max-width: min(24rem, 45vw) }
.wide { overflow-x: auto }
img, video { max-width: 100%; background: #fff } figure { margin: 1.5rem 0 }
.wide img { max-width: none; width: max(100%, 42rem) }
th button { all: unset; cursor: pointer; text-decoration: underline dotted }
th button:focus-visible { outline: 2px solid }
th[aria-sort="ascending"] button::after { content: " ▲"; content: " ▲" / "" }
th[aria-sort="descending"] button::after { content: " ▼"; content: " ▼" / "" }
figcaption, footer { color: var(--soft); font-size: .9rem } footer { margin-top: 3rem }
code { overflow-wrap: anywhere }
@media (max-width: 40rem) { th, td { padding: .3rem .5rem } td:first-child { white-space: normal } }
@media print { @page { margin: 15mm } html { font-size: 12px }
  body { max-width: none; margin: 0; padding: 0; font-size: 1rem }
  p, li, figcaption, footer { max-width: none }
  .wide { overflow: visible } .wide img { width: 100% } img { max-height: 20cm }
  table { font-size: .9rem } th, td { padding: .2rem .4rem; white-space: normal }
  th:first-child, td:first-child { position: static }
  figure:not(:has(table)), tr { break-inside: avoid } h2 { break-after: avoid }
  figcaption { break-before: avoid }
  th button { text-decoration: none } th button::after { content: none !important } }
"""


_WIDE_PX = 1000  # a picture that is scrolled rather than shrunk
_NUMBER = re.compile(r"[-+\u2212\u2013]?[\d.]|[-\u2013]$")


# A click on a column's name sorts by it; without scripts the table is as it was written.
_SORT = """
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  if (body.rows.length < 2) continue;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.append(...head.childNodes); head.append(button);
    button.onclick = () => {
      const up = head.getAttribute("aria-sort") === "descending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const value = (row) => row.cells[column].textContent.replace("\u2212", "-");
      const order = (a, b) => {
        const [x, y] = [parseFloat(value(a)), parseFloat(value(b))];
        return isNaN(x) || isNaN(y) ? value(a).localeCompare(value(b)) : x - y;
      };
      const rows = [...body.rows].sort(order);
      body.append(...(up ? rows : rows.reverse()));
    };
  });
}
"""


@dataclass(frozen=True)
class Figure:
    """A picture with the name of its file (without ending) and a sentence that explains it.

    `alt` says what the picture shows to those who do not see it; the caption does where it is
    empty.
    """

    name: str
    caption: str
    png: bytes
    alt: str = ""

    def __post_init__(self) -> None:
        if not self.name or Path(self.name).name != self.name:
            raise ConfigError(f"a figure is called like a file without folders, not {self.name!r}")


class Link(str):
    """A cell of a table that leads to `address`, which is quoted as addresses are."""

    address: str

    def __new__(cls, text: str, address: str) -> Link:
        """`text` is what is shown."""
        link = super().__new__(cls, text)
        link.address = address
        return link


@dataclass(frozen=True)
class Table:
    """A table, with a sentence that explains it."""

    caption: str
    rows: Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Section:
    """A heading and what is said under it; what follows belongs to it."""

    title: str
    text: str = ""


@dataclass(frozen=True)
class Notes:
    """Sentences in a list."""

    lines: Sequence[str]


@dataclass(frozen=True)
class Film:
    """An MP4 with a sentence that explains it, and one that says what it shows."""

    caption: str
    mp4: bytes
    alt: str


Part = Figure | Table | Section | Notes | Film


def made_by(command: str = "", more: str = "") -> str:
    """The line at the end of a page: the version, how to have it again, and what else there is."""
    again = f" Again: {command}." if command else ""
    return f"Made by meshgait {__version__}.{again} {more}".rstrip()


def compose_page(
    *, title: str, lead: str, parts: Sequence[Part], table: Sequence[Mapping[str, str]] = (),
    foot: str = "",
) -> str:  # fmt: skip
    """The page: its title and lead, a table, the parts one after the other, a line at the end."""
    sortable = bool(table) or any(isinstance(part, Table) for part in parts)
    content = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{html.escape(title)}</h1><p>{html.escape(lead)}</p>",
        _table(table) if table else "",
        *map(_part, parts),
        f"</main>{f'<footer>{html.escape(foot)}</footer>' if foot else ''}",
        f"<script>{_SORT}</script></body></html>" if sortable else "</body></html>",
    ]
    # Names of files may be any bytes, of which some are no text.
    return "\n".join(content).encode("utf-8", "backslashreplace").decode()


def _part(part: Part) -> str:
    if isinstance(part, Section):
        text = f"<p>{html.escape(part.text)}</p>" if part.text else ""
        return f"<h2>{html.escape(part.title)}</h2>{text}"
    if isinstance(part, Notes):
        return f"<ul>{''.join(f'<li>{html.escape(line)}</li>' for line in part.lines)}</ul>"
    if isinstance(part, Table):
        caption = f"<figcaption>{html.escape(part.caption)}</figcaption>"
        return f"<figure>{_table(part.rows)}{caption}</figure>"
    if isinstance(part, Film):
        data = base64.b64encode(part.mp4).decode()
        film = (
            f'<video controls loop muted playsinline aria-label="{html.escape(part.alt)}" '
            f'src="data:video/mp4;base64,{data}"></video>'
        )
        return f"<figure>{film}<figcaption>{html.escape(part.caption)}</figcaption></figure>"
    data = base64.b64encode(part.png).decode()
    alt = html.escape(part.alt or part.caption)
    image = f'<img alt="{alt}" src="data:image/png;base64,{data}">'
    if _width(part.png) > _WIDE_PX:
        image = f'<div class="wide" tabindex="0">{image}</div>'
    return f"<figure>{image}<figcaption>{html.escape(part.caption)}</figcaption></figure>"


def _width(png: bytes) -> int:
    """Pixels across: they follow the signature and the name of the first chunk."""
    return int.from_bytes(png[16:20], "big")


def _table(rows: Sequence[Mapping[str, str]]) -> str:
    columns = dict.fromkeys(name for row in rows for name in row)
    numbers = {
        name: all(_NUMBER.match(row[name]) for row in rows if row.get(name)) for name in columns
    }
    head = "".join(_cell("th", name, numbers[name]) for name in columns)
    body = "".join(
        f"<tr>{''.join(_cell('td', row.get(name, ''), numbers[name]) for name in columns)}</tr>"
        for row in rows
    )
    kind = ' class="links"' if any(isinstance(v, Link) for r in rows for v in r.values()) else ""
    return (
        f'<div class="wide" tabindex="0"><table{kind}>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(tag: str, text: str, is_number: bool) -> str:
    kind = ' class="number"' if is_number else ""
    scope = ' scope="col"' if tag == "th" else ""
    shown = html.escape(text)
    if isinstance(text, Link):
        shown = f'<a href="{html.escape(text.address)}">{shown}</a>'
    return f"<{tag}{scope}{kind}>{shown}</{tag}>"
