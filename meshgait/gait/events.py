"""When heels strike and toes leave the floor, as the heel and the tip of the toes say.

`meshgait.modalities.gait_cycle` finds the steps by the balls of the feet. Near each of its events
the heel comes to rest, or the tip of the toes leaves its place; that moment is taken.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d

from meshgait.errors import DataError
from meshgait.gait.landmarks import Landmarks
from meshgait.modalities.gait_cycle import GaitCycle, gait_cycle, walking_speed
from meshgait.modalities.heading import goes_backwards, heading

_SMOOTHING_S = 0.01
_NEAR = 0.1  # of a stride around an event of the ball
_FLAT = 0.15  # of a stride after a strike a heel rests
# Speeds by that of the walk at which a heel lands and toes leave: walkers' own events are met
# within 2 % of the cycle from 25 frames a second on (benchmarks/gait.py).
_LANDS, _LEAVES = 0.35, 0.7

Times = Float[np.ndarray, " K"]


class FootEvents(NamedTuple):
    """Seconds from the first frame, by side; `false` are strikes left out.

    `rests` says whether heels rest where they stand; else events are those of the balls.
    """

    strikes: tuple[Times, Times]
    lifts: tuple[Times, Times]
    false: tuple[Times, Times]
    stride_s: float
    speed: float
    rests: bool


def over_ground(marks: Landmarks, fps: float) -> tuple[Landmarks, bool]:
    """The same walk over the ground, and whether it was on the spot.

    Where somebody walks on a treadmill, or a file holds no place, the floor goes backwards at the
    speed of the standing feet. Raises `DataError` for a walk backwards or aside.
    """
    angle = np.unwrap(heading(torch.from_numpy(marks.joints)).numpy())
    forward = np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], axis=1)
    pelvis = marks.joints[:, 0]
    gone = (np.diff(pelvis, axis=0) * forward[1:]).sum(1) * fps
    ahead = ((marks.pair("foot") - pelvis[:, None]) * forward[:, None]).sum(2)
    speed = float(np.mean([walking_speed(side) for side in np.diff(ahead, axis=0).T])) * fps
    if len(marks) < 2 or walking_speed(-gone) > speed / 2:
        return marks, False
    second = max(1, min(round(fps), len(marks) - 1))
    far = np.linalg.norm((pelvis[second:] - pelvis[:-second])[:, [0, 2]], axis=1).mean()
    if goes_backwards(gone) or far * fps / second > speed / 2:
        raise DataError("clip 0 goes backwards or aside, of which strides are not counted")
    return marks.moved(np.cumsum(forward * speed / fps, axis=0)), True


def find_events(marks: Landmarks, fps: float) -> FootEvents:
    """The events of a walk over the ground; `DataError` where it shows no whole stride."""
    joints = torch.from_numpy(marks.joints)
    coarse = gait_cycle(joints, torch.ones(len(joints), dtype=torch.bool), fps=fps)
    stride_s, speed = 120 / float(coarse.cadence), float(coarse.speed)
    rests = _rests(marks, coarse, fps, stride_s, speed)
    near = _NEAR * stride_s if rests else 0.0
    strikes, lifts = [], []
    for side in (0, 1):
        strikes.append(
            _refine(marks.heels[:, side], _times(coarse, "heel_strike", side), fps,
                    -_LANDS * speed, near)
        )  # fmt: skip
        lifts.append(
            _refine(marks.toes[:, side], _times(coarse, "toe_off", side), fps,
                    _LEAVES * speed, near)
        )  # fmt: skip
    false = tuple(_times(coarse, "false_strike", side) for side in (0, 1))
    return FootEvents((strikes[0], strikes[1]), (lifts[0], lifts[1]), false, stride_s, speed, rests)  # type: ignore[arg-type]


def _rests(marks: Landmarks, coarse: GaitCycle, fps: float, stride_s: float, speed: float) -> bool:
    """Whether heels rest where they stand: those of bodies estimated from pictures shiver."""
    found = []
    for side in (0, 1):
        rate = np.linalg.norm(np.diff(marks.heels[:, side], axis=0), axis=1) * fps
        frames = (_times(coarse, "heel_strike", side) + _FLAT * stride_s) * fps
        found += rate[frames[frames < len(rate)].astype(int)].tolist()
    return bool(found) and float(np.median(found)) < _LANDS / 2 * speed


def _times(coarse: GaitCycle, name: str, side: int) -> Times:
    row = getattr(coarse, name)[side].numpy()
    return row[~np.isnan(row)]


def _refine(
    point: Float[np.ndarray, "T 3"], times: Times, fps: float, level: float, near: float
) -> Times:
    """When a point passes the speed `level` nearest to each time: slower if negative, or faster."""
    path = gaussian_filter1d(point, _SMOOTHING_S * fps, axis=0, mode="nearest")
    above = np.linalg.norm(np.diff(path, axis=0), axis=1) * fps - abs(level)
    before, after = above[:-1], above[1:]
    passes = np.flatnonzero(
        (before <= 0) & (after > 0) if level > 0 else (before > 0) & (after <= 0)
    )
    moments = (passes + 0.5 + before[passes] / (before[passes] - after[passes])) / fps
    if not len(moments):
        return times
    best = np.array([moments[np.abs(moments - time).argmin()] for time in times])
    return np.where(np.abs(best - times) <= near, best, times)
