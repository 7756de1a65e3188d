"""A page of many videos with a line and a link for each, and the same as a list for programs."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

from meshgait._version import __version__
from meshgait.files.storage import clear_parts, written_whole
from meshgait.video.results import RESEARCH
from meshgait.visualization.document import Link, Section, Table, compose_page, made_by

PAGE, LIST = "index.html", "videos.json"


class Entry(TypedDict):
    """What is known of one of many videos; paths of results count from the folder of all.

    `failed` says why nothing came of it, `report` is nothing where it could not be watched.
    """

    name: str
    file: str
    report: str | None
    frames: int
    fps: float | None
    seen: int
    usable: int
    clips: list[str]
    notes: list[str]
    failed: str | None


class Overview(TypedDict):
    """What `videos.json` says."""

    meshgait: str
    videos: list[Entry]


def write_overview(out: Path, entries: Sequence[Entry], command: str) -> Overview:
    """Write `index.html` and `videos.json`; what is in the latter."""
    content: Overview = {"meshgait": __version__, "videos": list(entries)}
    for name, text in ((PAGE, _page(entries, command)), (LIST, json.dumps(content, indent=1))):
        clear_parts(out / name)
        with written_whole(out / name) as part:
            part.write_text(text, encoding="utf-8")
    return content


def count_of(entries: Sequence[Entry]) -> str:
    """How many videos, people and clips there are, in words."""
    seen, usable = (sum(each[key] for each in entries) for key in ("seen", "usable"))
    return f"{_of(len(entries), 'video')}, {seen} seen, {usable} usable"


def failures_of(entries: Sequence[Entry]) -> str:
    """How many failed, in words; nothing where none did."""
    failed = sum(each["failed"] is not None for each in entries)
    return f"{failed} of {_of(len(entries), 'video')} failed" if failed else ""


def _of(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _page(entries: Sequence[Entry], command: str) -> str:
    lead = f"{count_of(entries)}. {RESEARCH}"
    failures = failures_of(entries)
    caption = f"{failures}; the last column says why." if failures else "Each name is a report."
    return compose_page(
        title="Who walks in which video",
        lead=lead,
        parts=[Section("Videos"), Table(caption, [_row(entry) for entry in entries])],
        foot=made_by(command, "Next: meshgait embed, identify or enrol with the clip.npz of a "
                     f"person; {LIST} lists them."),
    )  # fmt: skip


def _row(entry: Entry) -> dict[str, str]:
    name = entry["name"]
    return {
        "video": name if entry["report"] is None else Link(name, _address(entry["report"])),
        "seen": str(entry["seen"]),
        "usable": str(entry["usable"]),
        "frames": str(entry["frames"]),
        "seconds": f"{entry['frames'] / entry['fps']:.1f}" if entry["fps"] else "",
        "note": entry["failed"] or "; ".join(entry["notes"]),
    }


def _address(path: str) -> str:
    """The address of a file below the page, whatever is in its name."""
    return quote(os.fsencode(path))
