"""Stretches of certain identity, put together into people across crossings and pillars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment

from meshgait.video.rows import Rows

LONGEST_GAP_S = 3.0  # that nobody may be out of sight
_WAY = 0.4  # seconds of a stretch from which its motion is told
_NEAR, _NEARER = 0.25, 0.7  # heights that a place may be off at once, and more by each second
_COLOUR, _TALL = 0.25, 0.12  # distance of colours, and change of the height, that are usual
_MOST = 4.0  # cost above which two stretches are two people
_CLEAN = 0.1  # share that others may cover where colours are told


@dataclass(frozen=True, eq=False)
class _End:
    """The beginning or the end of a stretch: when, where, how fast, what height and colours."""

    seconds: float
    place: Float[np.ndarray, "2"]
    speed: Float[np.ndarray, "2"]
    height: float
    look: Float[np.ndarray, "2 64"]


def link(stretches: Sequence[Rows]) -> list[list[int]]:
    """People as lists of indices of their stretches, in order of time.

    Each stretch goes on in the one that begins where it would have gone, looks alike and is as
    high, such that all together are the best (the Hungarian method); a stretch with nothing alike
    after it ends there.
    """
    ends = [_end(rows, last=True) for rows in stretches]
    starts = [_end(rows, last=False) for rows in stretches]
    count = len(stretches)
    cost = np.full((count, 2 * count), np.inf)
    for a, b in np.ndindex(count, count):
        if a != b:
            cost[a, b] = _cost(ends[a], starts[b])
    cost[cost > _MOST] = 1e6
    cost[:, count:] = _MOST  # ends there
    after = dict(zip(*(part.tolist() for part in linear_sum_assignment(cost)), strict=True))
    after = {a: b for a, b in after.items() if b < count}
    people = []
    for first in sorted(set(range(count)) - set(after.values()), key=lambda i: starts[i].seconds):
        person = [first]
        while person[-1] in after:
            person.append(after[person[-1]])
        people.append(person)
    return people


def _end(rows: Rows, *, last: bool) -> _End:
    moment = rows.seconds[-1 if last else 0]
    near = np.abs(rows.seconds - moment) <= _WAY
    some = rows.take(near)
    middle = (some.box[:, :2] + some.box[:, 2:]) / 2
    time = some.seconds - moment
    place, speed = middle[-1 if last else 0], np.zeros(2)
    if len(some) > 2:
        line = np.polyfit(time, middle, 1)
        speed, place = line[0], line[1]
    height = float(np.median(some.box[:, 3] - some.box[:, 1]))
    return _End(float(moment), place, speed, height, usual_look(rows))


def usual_look(rows: Rows) -> Float[np.ndarray, "2 64"]:
    """What somebody wears, of the frames in which nobody covers it."""
    clean = rows.covered < _CLEAN
    look = rows.look[clean if clean.any() else slice(None)].astype(np.float64)
    return np.median(look, axis=0)


def _cost(end: _End, start: _End) -> float:
    gap = start.seconds - end.seconds
    if not 0 < gap <= LONGEST_GAP_S:
        return float("inf")
    height = (end.height + start.height) / 2
    off = [end.place + gap * end.speed - start.place, start.place - gap * start.speed - end.place]
    apart = np.mean([np.linalg.norm(way) for way in off]) / height / (_NEAR + _NEARER * gap)
    colours = np.linalg.norm(end.look - start.look, axis=1).mean() / np.sqrt(2) / _COLOUR
    taller = abs(np.log(start.height / end.height)) / (_TALL * (1 + gap))
    return float(apart + colours + taller)
