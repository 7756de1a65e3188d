"""The strides of a walk and what is counted of each."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from meshgait.gait.events import FootEvents
from meshgait.gait.landmarks import SIDES, Landmarks
from meshgait.gait.usable import Trouble, phases, why_left_out

MOMENTS = 101  # of a cycle, from heel strike to heel strike
_FLAT = (0.08, 0.20)  # of a stride after the strike the whole foot stands
_MID_SWING = (0.3, 0.75)  # of the swing

# Seconds of the strike, the other foot's toe-off and strike, the toe-off and the next strike.
Span = tuple[float, float, float, float, float]


@dataclass(frozen=True, eq=False)
class Stride:
    """A foot's way from heel strike to heel strike; times in seconds from the first frame.

    `values` are those of `MEASURES`, `curves` (101,) the angles of `ANGLES` over the cycle, both
    empty where `left_out` says why the stride does not count.
    """

    side: str
    start: float
    end: float
    toe_off: float | None = None
    values: dict[str, float] = field(default_factory=dict)
    curves: dict[str, Float[np.ndarray, " 101"]] = field(default_factory=dict)
    left_out: str = ""


@dataclass(frozen=True, eq=False)
class Prints:
    """Where and when a foot stands flat after each strike, NaN where the clip ends before.

    `place` (x, z) is under the ankle; `yaw` the direction from ankle to ball; `way` that of the
    walk; `toe` the height of the tip of the toes.
    """

    place: Float[np.ndarray, "K 2"]
    yaw: Float[np.ndarray, " K"]
    way: Float[np.ndarray, " K"]
    toe: Float[np.ndarray, " K"]


def find_strides(
    marks: Landmarks,
    events: FootEvents,
    trouble: Trouble,
    angles: dict[str, Float[np.ndarray, "2 T"]],
) -> tuple[list[Stride], tuple[Prints, Prints]]:
    """All strides of both feet in order of time, and the footprints."""
    prints = (_prints(marks, events, trouble, 0), _prints(marks, events, trouble, 1))
    strides = []
    for side, strikes in enumerate(events.strikes):
        for index in range(len(strikes) - 1):
            start, end = float(strikes[index]), float(strikes[index + 1])
            reason = why_left_out(side, start, end, events, trouble)
            order = phases(side, start, end, events)
            if not reason and np.isnan(prints[side].place[index + 1]).any():
                reason = "the clip ends before the foot stands flat again"
            if reason or order is None:
                strides.append(Stride(SIDES[side], start, end, left_out=reason))
                continue
            span = (start, *order, end)
            curves = _curves(angles, side, span, trouble.fps)
            values = _times(span) | _lengths(prints, events, side, index, span)
            values["speed"] = values["stride_length"] / values["stride_time"]
            values["walk_ratio"] = 1000 * values["step_length"] / values["cadence"]
            toe = marks.toes[:, side, 1]
            values["toe_clearance"] = _clearance(toe, prints[side].toe[index], span, trouble.fps)
            strides.append(Stride(SIDES[side], start, end, span[3], values, curves))
    return sorted(strides, key=lambda stride: stride.start), prints


def _times(span: Span) -> dict[str, float]:
    start, lift, land, leave, end = span
    time = end - start
    return {
        "cadence": 120 / time,
        "stride_time": time,
        "step_time": end - land,
        "stance": 100 * (leave - start) / time,
        "swing": 100 * (end - leave) / time,
        "single_support": 100 * (land - lift) / time,
        "double_support": 100 * (lift - start + leave - land) / time,
    }


def _lengths(
    prints: tuple[Prints, Prints], events: FootEvents, side: int, index: int, span: Span
) -> dict[str, float]:
    own, theirs = prints[side], prints[1 - side]
    other = int(np.flatnonzero(events.strikes[1 - side] == span[2])[0])
    way = (theirs.way[other] + own.way[index + 1]) / 2
    ahead, left = np.array([np.sin(way), np.cos(way)]), np.array([np.cos(way), -np.sin(way)])
    step = own.place[index + 1] - theirs.place[other]
    out = (own.yaw[index] - own.way[index] + np.pi) % (2 * np.pi) - np.pi
    sign = 1 if side == 0 else -1
    return {
        "stride_length": float(np.linalg.norm(own.place[index + 1] - own.place[index])),
        "step_length": float(step @ ahead),
        "step_width": float(sign * step @ left),
        "foot_progression": float(np.rad2deg(sign * out)),
    }


def _clearance(toe: Float[np.ndarray, " T"], flat: float, span: Span, fps: float) -> float:
    leave, land = span[3:]
    start, end = (leave + share * (land - leave) for share in _MID_SWING)
    moments = np.linspace(start, end, 50)
    return float(np.interp(moments, np.arange(len(toe)) / fps, toe).min() - flat)


def _curves(
    angles: dict[str, Float[np.ndarray, "2 T"]], side: int, span: Span, fps: float
) -> dict[str, Float[np.ndarray, " 101"]]:
    moments = np.linspace(span[0], span[-1], MOMENTS) * fps
    return {
        name: np.interp(moments, np.arange(pair.shape[1]), pair[side])
        for name, pair in angles.items()
    }


def _prints(marks: Landmarks, events: FootEvents, trouble: Trouble, side: int) -> Prints:
    fps, frames = trouble.fps, np.arange(len(marks))
    ankle, ball = marks.pair("ankle")[:, side], marks.pair("foot")[:, side]
    strikes = events.strikes[side]
    moments = strikes[:, None] + events.stride_s * np.linspace(*_FLAT, 13)
    seen = moments[:, -1] * fps <= frames[-1]

    def mean(values: Float[np.ndarray, " T"]) -> Float[np.ndarray, " K"]:
        found = np.interp(moments * fps, frames, values).mean(1)
        return np.where(seen, found, np.nan)

    place = np.stack([mean(ankle[:, axis]) for axis in (0, 2)], axis=1)
    along = np.stack([mean((ball - ankle)[:, axis]) for axis in (0, 2)], axis=1)
    yaw = np.arctan2(along[:, 0], along[:, 1])
    return Prints(place, yaw, mean(trouble.progression), mean(marks.toes[:, side, 1]))
