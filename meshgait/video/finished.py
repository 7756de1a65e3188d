"""A video that is finished is not made again: the record of what made it, and of what was made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from meshgait._version import __version__
from meshgait.errors import DataError
from meshgait.files.regular import read_json
from meshgait.files.storage import clear_parts, written_whole
from meshgait.video.reader import Video
from meshgait.video.results import results_in

_FORMAT = 1


def made_of(video: Video, settings: dict[str, Any]) -> dict[str, Any]:
    """What decides the results of a video, as JSON holds it."""
    return {
        "format": _FORMAT, "version": __version__, "fps": video.fps, "video": video.key,
        "settings": settings,
    }  # fmt: skip


def record_of(out: Path) -> Path:
    """Where the record of the results in a folder is; it is there when they are whole."""
    return out / "work" / "done.json"


def finished(out: Path, made: dict[str, Any]) -> dict[str, Any] | None:
    """What `people.json` says, if all results in a folder are there and made of this."""
    try:
        record = read_json(record_of(out))
        if record["made"] != made or record["files"] != _sizes(out, record["files"]):
            return None
        content: dict[str, Any] = read_json(out / "people.json")
    except (OSError, DataError, KeyError, TypeError, AttributeError):
        return None
    return content


def finish(out: Path, made: dict[str, Any]) -> None:
    """Write the record of the results that are in a folder now."""
    names = [path.relative_to(out).as_posix() for path in results_in(out)]
    clear_parts(record_of(out))
    with written_whole(record_of(out)) as part:
        part.write_text(json.dumps({"made": made, "files": _sizes(out, names)}), encoding="utf-8")


def _sizes(out: Path, names: Any) -> dict[str, int]:
    return {name: (out / name).stat().st_size for name in names}
