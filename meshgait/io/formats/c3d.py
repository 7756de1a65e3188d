"""C3D: markers in space, read by the package c3d, and the joints they lie around.

Markers are named as Plug-in Gait names them. Hip joints follow Bell et al. (1990) from the four of
the pelvis; knees, ankles, elbows and wrists lie where their outer markers do, so bones are off by
a few centimetres. Files seldom say which axis points up: the one along which the markers above the
knees lie over the feet.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from typing import Any

import numpy as np

from meshgait._optional import require
from meshgait.errors import DataError
from meshgait.files.regular import read_bytes
from meshgait.io.content import C3dFile
from meshgait.io.recording import Format
from meshgait.io.track import Axes, PointTrack, Track, TrackId, point_track

_METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001, "in": 0.0254}
_PELVIS = ("LASI", "RASI", "LPSI", "RPSI")
_SINGLE = {"knee": "KNE", "ankle": "ANK", "foot": "TOE", "shoulder": "SHO", "elbow": "ELB"}
_ASIDE, _BACK, _DOWN = 0.36, 0.19, 0.30  # Bell's shares of the distance between the front markers


def _claims(content: Any) -> bool:
    return isinstance(content, C3dFile)


def _tracks(content: Any) -> dict[TrackId, Track]:
    names, points, seen, unit, fps = _read(content)
    metres = _METRES.get(unit.strip().lower(), 0.001)
    trusted = np.where(seen[..., None], points * metres, 0.0)
    axes: Axes = "y up" if np.ptp(trusted[..., 1]) > np.ptp(trusted[..., 2]) else "z up"
    track = point_track(
        frames=None, points=trusted, confidence=seen, names=names, unit="m", axes=axes, fps=fps
    )
    return {0: track}


def _read(content: C3dFile) -> tuple[tuple[str, ...], np.ndarray, np.ndarray, str, float]:
    c3d = require("c3d", extra="mocap")
    raw = read_bytes(content.path)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")  # the package warns of what we refuse below
            reader = c3d.Reader(io.BytesIO(raw))
            labels = [label.strip().split(":")[-1] for label in reader.point_labels]
            count = reader.last_frame - reader.first_frame + 1
            _require_room(len(raw), count * len(labels))
            rows = np.stack([points for _, points, _ in reader.read_frames()])
            unit = reader.get("POINT:UNITS").string_value
            rate = float(reader.point_rate)
    except DataError:
        raise
    except Exception as error:  # the package asserts, and raises whatever it meets
        raise DataError(f"the C3D is damaged: {error!r}") from error
    used = min(len(labels), rows.shape[1])
    names = tuple(_unique(labels[:used]))
    return names, rows[:, :used, :3].astype(np.float64), rows[:, :used, 3] >= 0, unit, rate


def _require_room(size: int, points: int) -> None:
    if not 0 < 8 * points <= size:
        raise DataError(f"{size} bytes cannot hold {points} points")


def _unique(labels: list[str]) -> list[str]:
    return [
        f"{name}_{i}" if name in labels[:i] or not name else name for i, name in enumerate(labels)
    ]


def marker_joints(track: PointTrack) -> PointTrack:
    """Joints by SMPL's names from markers by Plug-in Gait's.

    Raises `DataError` when the pelvis, knees or ankles have no markers.
    """
    marks = {
        re.sub(r"\W", "", name).upper(): place
        for name, place in zip(track.names, np.moveaxis(track.points, 1, 0), strict=True)
    }
    missing = [name for name in (*_PELVIS, "LKNE", "RKNE", "LANK", "RANK") if name not in marks]
    if missing:
        raise DataError(f"there are no markers {', '.join(missing)} among {', '.join(track.names)}")
    joints = _hips(*(marks[name].astype(np.float64) for name in _PELVIS))
    for side, letter in (("left", "L"), ("right", "R")):
        found = {f"{side}_{joint}": marks.get(letter + name) for joint, name in _SINGLE.items()}
        pair = [marks[name] for name in (f"{letter}WRA", f"{letter}WRB") if name in marks]
        found[f"{side}_wrist"] = sum(pair) / len(pair) if pair else None
        joints |= {name: place for name, place in found.items() if place is not None}
    if "C7" in marks and "CLAV" in marks:
        joints["neck"] = (marks["C7"] + marks["CLAV"]) / 2
    heads = [marks[name] for name in ("LFHD", "RFHD", "LBHD", "RBHD") if name in marks]
    if len(heads) == 4:
        joints["head"] = sum(heads) / 4
    return point_track(
        frames=track.frames, points=np.stack(list(joints.values()), axis=1), names=tuple(joints),
        unit="m", axes=track.axes, fps=track.fps,
    )  # fmt: skip


def _hips(
    left: np.ndarray, right: np.ndarray, back_left: np.ndarray, back_right: np.ndarray
) -> dict[str, Any]:
    front, back = (left + right) / 2, (back_left + back_right) / 2
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
