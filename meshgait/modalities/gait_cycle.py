"""Heel strikes, toe-offs and the numbers of a gait, from joints alone.

A foot stands while its ball rests on the floor, and swings while it goes forwards, or backwards as
the walk does. The moments between are taken where it goes at half the speed of the walk. On a
treadmill, and where the file holds no place, it is the floor that moves. Zeni et al. (Gait Posture
2008) take the turning points of the foot's way, before the heel strike and after the toe-off.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from meshgait.body.names import JOINT_INDEX
from meshgait.errors import ConfigError, DataError
from meshgait.modalities.heading import goes_backwards, heading
from meshgait.numerics import uncompiled

_SMOOTHING_S = 0.02  # seconds, of the curve of a foot
_SHORT = 0.7  # strides shorter than that, by the median, begin or end with a false event
_FLAT = 0.12  # of a stride after the strike the whole foot stands
_SWING = 0.3  # a swing must be that fast at least, by the speed of standing
_BALLS = (JOINT_INDEX["left_foot"], JOINT_INDEX["right_foot"])


class GaitCycle(NamedTuple):
    """Gait of each clip; seconds count from its first frame, sides are left and right.

    `heel_strike` and `toe_off` are times, padded with NaN at the end; `false_strike` are those
    left out, for they make a stride much shorter than the others. `phase` counts gait cycles,
    whole at every left heel strike, from 0 to 1 at the first. `cadence` is in steps per minute,
    `stride_length` in metres, of the pelvis over the ground. `step_length` in metres and
    `step_time` in seconds are a side's own, from the other foot's print and strike to its own, NaN
    where a clip shows no such step. `speed` is in metres per second, `duty_factor` the share of
    the stride in which a foot stands. What is measured more than once is the median.
    """

    heel_strike: Float[Tensor, "*batch 2 K"]
    toe_off: Float[Tensor, "*batch 2 K"]
    false_strike: Float[Tensor, "*batch 2 K"]
    phase: Float[Tensor, "*batch T"]
    cadence: Float[Tensor, "*batch"]
    stride_length: Float[Tensor, "*batch"]
    step_length: Float[Tensor, "*batch 2"]
    step_time: Float[Tensor, "*batch 2"]
    speed: Float[Tensor, "*batch"]
    duty_factor: Float[Tensor, "*batch"]


@uncompiled
def gait_cycle(
    joints: Float[Tensor, "*batch T 24 3"], mask: Bool[Tensor, "*batch T"], *, fps: float
) -> GaitCycle:
    """Find the strides of a walk; `joints` are SMPL's in metres, `mask` marks the real frames.

    The real frames must be the first of each clip. Raises `DataError` for a clip without one whole
    stride, from heel strike to heel strike of the same foot. Has no gradient.
    """
    if not fps > 0:
        raise ConfigError(f"fps must be above 0, got {fps}")
    if not len(joints) or not mask.shape[-1]:
        raise DataError(f"there is no clip to measure: joints are {tuple(joints.shape)}")
    mask, found = mask.bool(), []
    lead, frames = mask.shape[:-1], mask.shape[-1]
    places = joints.detach().double().reshape(-1, frames, 24, 3)
    lengths = mask.reshape(-1, frames).sum(-1).tolist()
    for index, (clip, length) in enumerate(zip(places, lengths, strict=True)):
        if not mask.reshape(-1, frames)[index, :length].all():
            raise DataError(f"the real frames of clip {index} are not its first {length}")
        found.append(_measure(clip, length, fps, index))
    columns = [_stack(column).to(joints) for column in zip(*found, strict=True)]
    return GaitCycle(*(column.reshape((*lead, *column.shape[1:])) for column in columns))


def _measure(
    joints: Float[Tensor, "T 24 3"], length: int, fps: float, index: int
) -> tuple[np.ndarray | list[np.ndarray], ...]:
    """The fields of `GaitCycle` for one clip; events are lists by side."""
    real = joints[:length]
    angle = heading(real).numpy(force=True)
    forward = np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], axis=-1)
    points = real.numpy(force=True)
    way = (np.diff(points[:, 0], axis=0, prepend=points[:1, 0]) * forward).sum(1)
    if goes_backwards(way):  # then that is the way in which feet swing
        forward, way = -forward, -way
    gone = way.cumsum()
    swings = [
        _swings(((points[:, ball] - points[:, 0]) * forward).sum(1), gone, fps) for ball in _BALLS
    ]
    strikes, lifts = [s[1] for s in swings], [s[0] for s in swings]
    if max(map(len, strikes)) < 2:
        raise DataError(
            f"clip {index} shows no whole stride: {' and '.join(str(len(s)) for s in strikes)} "
            f"heel strikes, left and right, in {length} frames; give more of somebody who walks",
            code="strides",
        )
    stride_s = _median([np.diff(times) for times in (*strikes, *lifts)])
    strikes, wrong = map(list, zip(*(_without_false(t, stride_s) for t in strikes), strict=True))
    lifts = [_without_false(times, stride_s)[0] for times in lifts]
    stride_s = _median([np.diff(times) for times in (*strikes, *lifts)])
    stride = _median([_ways(points[:, 0], times, fps) for times in strikes])
    times, cycles = _count(strikes, stride_s, points[:, 0] / max(stride, 1e-9), fps)
    duty = _median([_stands(*pair) for pair in zip(strikes, lifts, strict=True)]) / stride_s
    phase = _phase(np.arange(len(joints)) / fps, times, cycles, stride_s)
    prints = [
        _prints(points[:, ball], s, stride_s, fps) for ball, s in zip(_BALLS, strikes, strict=True)
    ]
    steps = (_steps(strikes, prints, side, forward, stride_s, fps) for side in (0, 1))
    lengths, seconds = zip(*steps, strict=True)
    numbers = (120 / stride_s, stride, lengths, seconds, stride / stride_s, duty)
    return (strikes, lifts, wrong, phase, *map(np.asarray, numbers))


def _median(parts: list[np.ndarray]) -> float:
    together = np.concatenate(parts)
    return float(np.median(together)) if len(together) else np.nan


def _without_false(
    times: Float[np.ndarray, " K"], stride_s: float
) -> tuple[Float[np.ndarray, " L"], Float[np.ndarray, " M"]]:
    """Those of the events of a foot that are a stride apart, or several, and the false ones."""
    kept, wrong = times, []
    while len(kept) > 1 and np.diff(kept).min() < _SHORT * stride_s:
        first = int(np.diff(kept).argmin())
        ways = [np.delete(kept, i) for i in (first, first + 1)]
        off = [np.diff(way) / stride_s for way in ways]
        worse = [np.abs(gaps - np.maximum(np.rint(gaps), 1)).sum() for gaps in off]
        gone = int(np.argmin(worse))
        wrong.append(kept[first + gone])
        kept = ways[gone]
    return kept, np.sort(np.array(wrong))


def _prints(
    ball: Float[np.ndarray, "T 3"], strikes: Float[np.ndarray, " K"], stride_s: float, fps: float
) -> Float[np.ndarray, "K 3"]:
    """Where the ball of the foot stands after each strike."""
    seconds = np.arange(len(ball)) / fps
    flat = strikes + _FLAT * stride_s
    return np.stack([np.interp(flat, seconds, column) for column in ball.T], axis=1)


def _steps(
    strikes: Sequence[np.ndarray],
    prints: list[np.ndarray],
    side: int,
    forward: Float[np.ndarray, "T 3"],
    stride_s: float,
    fps: float,
) -> tuple[float, float]:
    """Length and seconds of the steps of one foot, from the other's print and strike to its own."""
    lengths, seconds = [], []
    for time, here in zip(strikes[side], prints[side], strict=True):
        before = strikes[1 - side][strikes[1 - side] < time]
        if len(before) and time - before[-1] < stride_s:
            way = here - prints[1 - side][len(before) - 1]
            lengths.append(way @ forward[min(int(time * fps), len(forward) - 1)])
            seconds.append(time - before[-1])
    return (float(np.median(lengths)), float(np.median(seconds))) if lengths else (np.nan, np.nan)


def _swings(
    ahead: Float[np.ndarray, " T"], gone: Float[np.ndarray, " T"], fps: float
) -> tuple[Float[np.ndarray, " A"], Float[np.ndarray, " B"]]:
    """When a foot that is `ahead` metres of the pelvis leaves the floor, and when it lands.

    `gone` is how far the pelvis has gone.
    """
    if len(ahead) < 3:
        return np.zeros(0), np.zeros(0)
    from scipy.ndimage import gaussian_filter1d

    speed, pelvis = (
        np.diff(gaussian_filter1d(x, _SMOOTHING_S * fps, mode="nearest")) for x in (ahead, gone)
    )
    stance = -walking_speed(speed)
    above = speed - stance / 2
    if walking_speed(-pelvis) > -stance / 2:  # over the ground, where both may wait
        above = speed + pelvis + stance / 2
        speed = speed + pelvis + stance
    flips = np.flatnonzero((above[1:] > 0) != (above[:-1] > 0))
    times = (flips + 0.5 + above[flips] / (above[flips] - above[flips + 1])) / fps
    edges = np.concatenate([[0], flips + 1, [len(speed)]])
    lifts, lands = [], []
    for run, (start, end) in enumerate(itertools.pairwise(edges)):
        if above[start] > 0 and speed[start:end].max() > -_SWING * stance:
            lifts += [times[run - 1]] if run else []
            lands += [times[run]] if run < len(times) else []
    return np.array(lifts), np.array(lands)


def walking_speed(ahead: Float[np.ndarray, " T"]) -> float:
    """How fast it goes backwards over half of all the way that it goes so; standing is no way."""
    back = np.sort(-ahead[ahead < 0])
    way = back.cumsum()
    return float(back[np.searchsorted(way, way[-1] / 2)]) if len(back) else 0.0


def _count(
    strikes: list[np.ndarray], stride_s: float, strides: Float[np.ndarray, "T 3"], fps: float
) -> tuple[Float[np.ndarray, " K"], Float[np.ndarray, " K"]]:
    """All heel strikes in order, and the gait cycle that each begins: whole for left ones.

    `strides` is where the pelvis is, in strides.
    """
    times = np.concatenate(strikes)
    side = np.repeat([0, 1], list(map(len, strikes)))
    order = times.argsort()
    times, turns = times[order], np.diff(side[order]) / 2
    # From one foot to the other is half a cycle, or more where a strike was missed: that takes
    # longer, as a stop does, and goes farther, as a stop does not.
    more = np.minimum(np.diff(times) / stride_s, _between(strides, times, fps))
    gone = np.maximum(np.rint(more - turns) + turns, np.where(turns == 0, 1.0, 0.5))
    return times, np.concatenate([[0.0], gone.cumsum()]) + side[order[0]] / 2


def _ways(
    pelvis: Float[np.ndarray, "T 3"], strikes: Float[np.ndarray, " K"], fps: float
) -> Float[np.ndarray, " K-1"]:
    """How far the pelvis goes in each stride: straight to its middle and on, where it sways 0."""
    halves = np.interp(np.arange(2 * len(strikes) - 1) / 2, np.arange(len(strikes)), strikes)
    return _between(pelvis, halves, fps).reshape(-1, 2).sum(1)


def _between(
    pelvis: Float[np.ndarray, "T 3"], times: Float[np.ndarray, " K"], fps: float
) -> Float[np.ndarray, " K-1"]:
    """Straight over the ground from each time to the next."""
    seconds = np.arange(len(pelvis)) / fps
    places = np.stack([np.interp(times, seconds, pelvis[:, axis]) for axis in (0, 2)], axis=-1)
    return np.linalg.norm(np.diff(places, axis=0), axis=-1)


def _stands(
    strikes: Float[np.ndarray, " K"], lifts: Float[np.ndarray, " L"]
) -> Float[np.ndarray, " M"]:
    """How long a foot stands after each strike that is followed by a lift."""
    after = np.searchsorted(lifts, strikes)
    followed = after < len(lifts)
    return lifts[after[followed]] - strikes[followed]


def _phase(
    seconds: Float[np.ndarray, " T"],
    times: Float[np.ndarray, " K"],
    cycles: Float[np.ndarray, " K"],
    stride_s: float,
) -> Float[np.ndarray, " T"]:
    """Gait cycles between the heel strikes, carried on beyond them at the mean pace."""
    beyond = np.minimum(seconds - times[0], 0) + np.maximum(seconds - times[-1], 0)
    phase = np.interp(seconds, times, cycles) + beyond / stride_s
    return phase - np.floor(phase[0])


def _stack(column: tuple[np.ndarray | list[np.ndarray], ...]) -> Float[Tensor, "N ..."]:
    """One array of all clips; lists of events by side are padded with NaN."""
    if not isinstance(column[0], list):
        return torch.from_numpy(np.stack(column))
    padded = np.full((len(column), 2, max(len(t) for clip in column for t in clip)), np.nan)
    for clip, sides in zip(padded, column, strict=True):
        for row, times in zip(clip, sides, strict=True):
            row[: len(times)] = times
    return torch.from_numpy(padded)


def whole_cycles(
    phase: Float[Tensor, "*batch T"], mask: Bool[Tensor, "*batch T"]
) -> Bool[Tensor, "*batch T"]:
    """Those of the kept frames that make up whole gait cycles, from the first one on.

    `gei(silhouette, whole_cycles(phase, mask))` is the energy image over gait periods. Raises
    `DataError` where a clip is shorter than a cycle.
    """
    mask = mask.bool()
    start = torch.where(mask, phase, torch.inf).amin(-1, keepdim=True)
    end = torch.where(mask, phase, -torch.inf).amax(-1, keepdim=True)
    step = (end - start) / (mask.sum(-1, keepdim=True) - 1).clamp(min=1)
    count = ((end - start + step) + 1e-4).floor()  # the last frame lasts a step, too
    if bool((count < 1).any()):
        raise DataError("a clip shows less than one gait cycle; average all of its frames instead")
    return mask & (phase < start + count - 1e-4)


def aligned_frames(phase: Float[Tensor, "*batch T"], samples: int) -> Int[Tensor, "*batch samples"]:
    """The frames nearest to `samples` equal steps of the gait cycle, left heel strike first.

    Where a clip shows a moment of the cycle more than once, the frame that meets it best counts.
    """
    if samples < 1:
        raise ConfigError(f"samples must be 1 or more, got {samples}")
    moments = torch.arange(samples, dtype=phase.dtype, device=phase.device) / samples
    away = (phase[..., None, :] - moments[:, None] + 0.5) % 1 - 0.5
    return away.abs().argmin(-1)
