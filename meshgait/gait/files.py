"""Walks out of files, and their numbers into files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Int

from meshgait.body import Body
from meshgait.errors import ConfigError, DataError
from meshgait.files.storage import written_whole
from meshgait.gait.measure import Gait, measure_gait
from meshgait.gait.page import write_page
from meshgait.gait.summary import By, group_by
from meshgait.gait.tables import (
    curve_rows,
    group_rows,
    stride_rows,
    summary_rows,
    to_csv,
    to_json,
)
from meshgait.io import BodyTrack, fill_gaps, read, to_body
from meshgait.sequence import load_clip
from meshgait.sequence.kind import kind_of, names_in

_LONGEST_GAP_S = 10.0


def read_gait(
    path: str | Path,
    body: Body,
    *,
    track: str | None = None,
    fps: float | None = None,
    source: Body | None = None,
) -> Gait:
    """Measure one person of a motion, a clip, a fit or another tool's file.

    Of several people the one seen longest is taken unless `track` says who; `fps` holds where the
    file does not say, `source` is as in `meshgait.io.to_body`. Frames that are missing are filled
    in, and the strides that they hit are left out. Raises `DataError` where no stride counts.
    """
    path = Path(path)
    recording = read(path)
    people = to_body(recording, track, body=body, source=source).timed(fps)
    subject = path.stem
    if not path.is_dir() and kind_of(names_in(path)) == "clip":
        subject = load_clip(path).subject or subject
    name = str(path) if track is None else f"{path} ({track})"
    filled, notes = _filled(people, path)
    missing = ~np.isin(filled.frames, people.frames)
    gait = measure_gait(filled.to_motion(body), body, name=name, subject=subject, missing=missing)
    return replace(gait, notes=(*people.notes, *notes, *gait.notes))


def _filled(track: BodyTrack, path: Path) -> tuple[BodyTrack, list[str]]:
    """The track without gaps; of one with a long gap the longest part."""
    most = int(_LONGEST_GAP_S * float(track.fps or 0))
    ends = np.flatnonzero(np.diff(track.frames) > most + 1) + 1
    parts = np.split(np.arange(len(track)), ends)
    longest = max(parts, key=len)
    if len(longest) < 2:
        raise DataError(f"{path} holds no two frames within {_LONGEST_GAP_S:g} s of each other")
    part = track if len(parts) == 1 else _rows(track, longest)
    notes = [] if len(parts) == 1 else [
        f"of {len(parts)} parts with more than {_LONGEST_GAP_S:g} s between them the longest is "
        "measured"
    ]  # fmt: skip
    return fill_gaps(part, most), notes


def _rows(track: BodyTrack, rows: Int[np.ndarray, " N"]) -> BodyTrack:
    camera = track.camera and replace(track.camera, cam=track.camera.cam[rows])
    transl = None if track.transl is None else track.transl[rows]
    return replace(
        track, frames=track.frames[rows], pose=track.pose[rows], betas=track.betas[rows],
        transl=transl, camera=camera,
    )  # fmt: skip


def write_gait(
    paths: Sequence[str | Path], gaits: Sequence[Gait], *, by: By | None = None, command: str = ""
) -> list[Path]:
    """Write the numbers to every path, as its ending says: .csv, .json or .html; all files written.

    A .csv holds one row for each stride. Beside it, named after it, lie `_summary`, `_curves` and,
    with `by`, `_groups`. Raises `ConfigError` for another ending.
    """
    groups = group_by(gaits, by) if by else None
    for path in map(Path, paths):
        if path.suffix.lower() not in (".csv", ".json", ".html"):
            raise ConfigError(f"{path} must end in .csv, .json or .html")
    written = []
    for path in map(Path, paths):
        for name, content in _contents(path, gaits, groups, command).items():
            with written_whole(name) as part:
                part.write_text(content, encoding="utf-8")
            written.append(name)
    return written


def _contents(
    path: Path, gaits: Sequence[Gait], groups: Mapping[str, Sequence[Gait]] | None, command: str
) -> dict[Path, str]:
    if path.suffix.lower() == ".json":
        return {path: to_json(gaits, groups)}
    if path.suffix.lower() == ".html":
        return {path: write_page(gaits, groups, command=command)}
    tables = {"": stride_rows(gaits), "_summary": summary_rows(gaits), "_curves": curve_rows(gaits)}
    if groups:
        tables["_groups"] = group_rows(groups)
    return {
        path.with_name(f"{path.stem}{end}{path.suffix}"): to_csv(rows)
        for end, rows in tables.items()
    }
