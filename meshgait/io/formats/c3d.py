"""C3D: markers in space, read by the package c3d, and the joints they lie around.

Markers are named as Plug-in Gait names them. Hip joints follow Bell et al. (1990) from the four of
the pelvis; knees, ankles, elbows and wrists lie where their outer markers do, so bones are off by
a few centimetres. One marker on the sacrum is as good as two at the back of the pelvis. Files
seldom say which axis points up: the one along which head, neck or hips are over the ankles. What a
marker did while it was not seen for up to 0.2 seconds lies on a straight line; frames in which
pelvis, knees or ankles were not seen for longer are missing.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Bool

from meshgait._optional import require
from meshgait.errors import DataError
from meshgait.files.regular import read_bytes
from meshgait.io.content import C3dFile
from meshgait.io.ground import up_axis
from meshgait.io.recording import Format
from meshgait.io.track import DEFAULT_FPS, Axes, PointTrack, Track, TrackId, point_track

_METRES = {"": 1.0, "deci": 0.1, "d": 0.1, "centi": 0.01, "c": 0.01, "milli": 0.001, "m": 0.001}
_FEET = {"in": 0.0254, "inch": 0.0254, "inches": 0.0254, "ft": 0.3048, "foot": 0.3048,
         "feet": 0.3048}  # fmt: skip
_BRIDGED_S = 0.2  # over which a marker goes straight: a swing takes twice as long
_FRONT, _BACKS = ("LASI", "RASI"), (("LPSI", "RPSI"), ("SACR",), ("VSAC",), ("SAC",))
_SIDES = (("left", "L"), ("right", "R"))
_SINGLE = {"knee": "KNE", "ankle": "ANK", "foot": "TOE", "shoulder": "SHO", "elbow": "ELB"}
_TOPS = {"head": "LFHD", "neck": "C7", "left_shoulder": "LSHO", "left_hip": "LASI"}
_ASIDE, _BACK, _DOWN = 0.36, 0.19, 0.30  # Bell's shares of the distance between the front markers


def _claims(content: Any) -> bool:
    return isinstance(content, C3dFile)


def _tracks(content: Any) -> dict[TrackId, Track]:
    labels, points, seen, unit, fps = _read(content)
    seen &= np.isfinite(points).all(axis=-1) & points.any(axis=-1)  # the origin stands for nowhere
    points = np.where(seen[..., None], points * _metres(unit), 0.0)
    found: dict[TrackId, Track] = {}
    for person, own in _people(labels).items():
        track = point_track(
            frames=None, points=points[:, own], confidence=seen[:, own], unit="m", axes="z up",
            names=tuple(_unique([labels[i].split(":")[-1] for i in own])), fps=fps,
        )  # fmt: skip
        found[person] = replace(track, axes=_axes(track))
    return found


def _people(labels: list[str]) -> dict[TrackId, list[int]]:
    """The markers of each, where several have a pelvis and names before the colons; else of all."""
    found: dict[TrackId, list[int]] = {}
    for index, label in enumerate(labels):
        found.setdefault(label.rpartition(":")[0] or 0, []).append(index)
    bare = [label.rpartition(":")[2].upper() for label in labels]
    people = {name: own for name, own in found.items() if set(_FRONT) <= {bare[i] for i in own}}
    return people if len(people) > 1 else {0: list(range(len(labels)))}


def _metres(unit: str) -> float:
    """Metres in a unit, by whatever name; 1 where none is known, which `fit_joints` finds out."""
    word = unit.strip(" .\0").lower()
    whole = re.fullmatch(r"(.*?)(?:met(?:er|re)s?|m)", word)
    return _FEET.get(word, _METRES.get(whole[1], 1.0) if whole else 1.0)


def _axes(track: PointTrack) -> Axes:
    """Which way is up by the markers; without ankles the axis along which there is most."""
    marks = _marks(track)
    points = {name: marks[mark] for name, mark in _TOPS.items() if mark in marks}
    points |= {f"{side}_ankle": marks[f"{letter}ANK"] for side, letter in _SIDES
               if f"{letter}ANK" in marks}  # fmt: skip
    if {"left_ankle", "right_ankle"} < points.keys():
        return up_axis(points | {"right_hip": points.get("left_hip", points["left_ankle"])})
    spread = np.ptp(track.points[track.confidence > 0].reshape(-1, 3), axis=0)
    return "y up" if spread[1] > spread[2] else "z up"


def _marks(track: PointTrack) -> dict[str, np.ndarray]:
    """Markers (T, 3) by name, with straight lines over the frames in which one was not seen."""
    found: dict[str, np.ndarray] = {}
    time = np.arange(len(track))
    for name, index in _columns(track).items():
        seen = track.confidence[:, index] > 0
        columns = track.points[:, index].astype(np.float64).T
        found[name] = np.stack([np.interp(time, time[seen], x[seen]) for x in columns], axis=1)
    return found


def _columns(track: PointTrack) -> dict[str, int]:
    """Where the markers are that were ever seen, by plain names."""
    found: dict[str, int] = {}
    for index, name in enumerate(track.names):
        if (track.confidence[:, index] > 0).any():
            found.setdefault(re.sub(r"\W", "", name).upper(), index)
    return found


def _long_gaps(track: PointTrack, marks: Sequence[str]) -> Bool[np.ndarray, "N T"]:
    """Frames in which a marker was not seen for longer than lines are drawn, or not yet."""
    columns = _columns(track)
    time, most = np.arange(len(track)), _BRIDGED_S * (track.fps or DEFAULT_FPS)
    found = np.zeros((len(marks), len(track)), dtype=bool)
    for gap, mark in zip(found, marks, strict=True):
        known = np.flatnonzero(track.confidence[:, columns[mark]] > 0)
        after = np.append(known, np.inf)[np.searchsorted(known, time)]
        before = np.append(-np.inf, known)[np.searchsorted(known, time, side="right")]
        gap[:] = after - before - 1 > most
    return found


def _read(content: C3dFile) -> tuple[list[str], np.ndarray, np.ndarray, str, float]:
    c3d = require("c3d", extra="mocap")
    raw = read_bytes(content.path)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")  # the package warns of what we refuse below
            reader = c3d.Reader(io.BytesIO(raw))
            labels = [label.strip() for label in reader.point_labels]
            count = reader.last_frame - reader.first_frame + 1
            _require_room(len(raw), count * len(labels))
            rows = np.stack([points for _, points, _ in reader.read_frames()])
            unit = reader.get("POINT:UNITS").string_value
            rate = float(reader.point_rate)
    except DataError:
        raise
    except Exception as error:  # the package asserts, and raises whatever it meets
        raise DataError(f"the C3D is damaged: {error!r}") from error
    if len(rows) < count:  # which the package passes over
        raise DataError(f"{len(rows)} of {count} frames are there; the file is cut")
    used = min(len(labels), rows.shape[1])
    return labels[:used], rows[:, :used, :3].astype(np.float64), rows[:, :used, 3] >= 0, unit, rate


def _require_room(size: int, points: int) -> None:
    if not 0 < 8 * points <= size:
        raise DataError(f"{size} bytes cannot hold {points} points")


def _unique(labels: list[str]) -> list[str]:
    return [
        f"{name}_{i}" if name in labels[:i] or not name else name for i, name in enumerate(labels)
    ]


def marker_joints(track: PointTrack) -> PointTrack:
    """Joints by SMPL's names from markers by Plug-in Gait's.

    Frames in which those of pelvis, knees or ankles were not seen for long are left out. Raises
    `DataError` when they are not there at all.
    """
    marks = _marks(track)
    backs = next((row for row in _BACKS if set(row) <= marks.keys()), _BACKS[0])
    needed = (*_FRONT, *backs, "LKNE", "RKNE", "LANK", "RANK")
    missing = [name for name in needed if name not in marks]
    if missing:
        raise DataError(f"there are no markers {', '.join(missing)} among {', '.join(track.names)}")
    seen = ~_long_gaps(track, needed).any(axis=0)
    if not seen.any():
        raise DataError(f"the markers {', '.join(needed)} are never seen together")
    back = np.mean([marks[name] for name in backs], axis=0)
    joints = _hips(marks["LASI"], marks["RASI"], back)
    for side, letter in _SIDES:
        found = {f"{side}_{joint}": marks.get(letter + name) for joint, name in _SINGLE.items()}
        pair = [marks[name] for name in (f"{letter}WRA", f"{letter}WRB") if name in marks]
        found[f"{side}_wrist"] = np.mean(pair, axis=0) if pair else None
        joints |= {name: place for name, place in found.items() if place is not None}
    if "C7" in marks and "CLAV" in marks:
        joints["neck"] = (marks["C7"] + marks["CLAV"]) / 2
    heads = [marks[name] for name in ("LFHD", "RFHD", "LBHD", "RBHD") if name in marks]
    if len(heads) == 4:
        joints["head"] = sum(heads) / 4
    return point_track(
        frames=track.frames[seen], points=np.stack(list(joints.values()), axis=1)[seen],
        names=tuple(joints), unit="m", axes=track.axes, fps=track.fps,
    )  # fmt: skip


def _hips(left: np.ndarray, right: np.ndarray, back: np.ndarray) -> dict[str, Any]:
    front = (left + right) / 2
    width = np.linalg.norm(left - right, axis=-1, keepdims=True)
    aside = (left - right) / np.maximum(width, 1e-9)
    ahead = front - back
    ahead = ahead - (ahead * aside).sum(-1, keepdims=True) * aside
    ahead = ahead / np.maximum(np.linalg.norm(ahead, axis=-1, keepdims=True), 1e-9)
    up = np.cross(ahead, aside)
    middle = front - _BACK * width * ahead - _DOWN * width * up
    hips = {f"{side}_hip": middle + sign * _ASIDE * width * aside
            for side, sign in (("left", 1), ("right", -1))}  # fmt: skip
    return hips | {"pelvis": middle + 0.1 * width * up}


C3D = Format("c3d", "C3D markers", verified=True, claims=_claims, tracks=_tracks)
