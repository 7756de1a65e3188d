"""Heel strikes, toe-offs and the numbers of a gait, from joints alone.

A foot stands while the ball of the foot goes backwards, seen from the pelvis, at the speed at which
the walker goes forwards; it swings while it comes forwards. The moments between are taken where it
goes at half the speed of standing. Zeni et al. (Gait Posture 2008) take the turning points of
the same curve, which lie before the heel strike and after the toe-off. Works on a treadmill too.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from meshgait.body.names import JOINT_INDEX
from meshgait.errors import ConfigError, DataError
from meshgait.modalities.heading import heading

_SMOOTHING_S = 0.02  # seconds, of the curve of a foot
_SWING = 0.3  # a swing must be that fast at least, by the speed of standing
_BALLS = (JOINT_INDEX["left_foot"], JOINT_INDEX["right_foot"])


class GaitCycle(NamedTuple):
    """Gait of each clip; seconds count from its first frame, sides are left and right.

    `heel_strike` and `toe_off` are times, padded with NaN at the end. `phase` counts gait cycles,
    whole at every left heel strike, from 0 to 1 at the first. `cadence` is in steps per minute,
    `stride_length` in metres, of the pelvis over the ground, `step_length` half of it, `speed` in
    metres per second, `duty_factor` the share of the stride in which a foot stands.
    """

    heel_strike: Float[Tensor, "*batch 2 K"]
    toe_off: Float[Tensor, "*batch 2 K"]
    phase: Float[Tensor, "*batch T"]
    cadence: Float[Tensor, "*batch"]
    stride_length: Float[Tensor, "*batch"]
    step_length: Float[Tensor, "*batch"]
    speed: Float[Tensor, "*batch"]
    duty_factor: Float[Tensor, "*batch"]


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
    mask = mask.bool()
    lead, frames = mask.shape[:-1], mask.shape[-1]
    found = []
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
    swings = [_swings(((points[:, ball] - points[:, 0]) * forward).sum(1), fps) for ball in _BALLS]
    strikes, lifts = [s[1] for s in swings], [s[0] for s in swings]
    strides = np.concatenate([np.diff(times) for times in (*strikes, *lifts)])
    if max(map(len, strikes)) < 2:
        count = " and ".join(str(len(times)) for times in strikes)
        raise DataError(
            f"clip {index} shows no whole stride: {count} heel strikes, left and right, in "
            f"{length} frames; give more frames of somebody who walks"
        )
    stride_s = strides.mean()
    times, cycles = _count(strikes, stride_s)
    stride = _way(points[:, 0], times, fps) / (cycles[-1] - cycles[0])
    stand = np.concatenate([_stands(*pair) for pair in zip(strikes, lifts, strict=True)])
    duty = stand.mean() / stride_s if len(stand) else np.nan
    phase = _phase(np.arange(len(joints)) / fps, times, cycles, stride_s)
    numbers = (120 / stride_s, stride, stride / 2, stride / stride_s, duty)
    return (strikes, lifts, phase, *map(np.asarray, numbers))


def _swings(
    ahead: Float[np.ndarray, " T"], fps: float
) -> tuple[Float[np.ndarray, " A"], Float[np.ndarray, " B"]]:
    """When a foot that is `ahead` metres of the pelvis leaves the floor, and when it lands."""
    if len(ahead) < 3:
        return np.zeros(0), np.zeros(0)
    from scipy.ndimage import gaussian_filter1d

    speed = np.diff(gaussian_filter1d(ahead, _SMOOTHING_S * fps, mode="nearest"))
    stance = np.median(speed[speed <= 0]) if (speed <= 0).any() else 0.0
    above = speed - stance / 2
    flips = np.flatnonzero((above[1:] > 0) != (above[:-1] > 0))
    times = (flips + 0.5 + above[flips] / (above[flips] - above[flips + 1])) / fps
    edges = np.concatenate([[0], flips + 1, [len(speed)]])
    lifts, lands = [], []
    for run, (start, end) in enumerate(itertools.pairwise(edges)):
        if above[start] > 0 and speed[start:end].max() > -_SWING * stance:
            lifts += [times[run - 1]] if run else []
            lands += [times[run]] if run < len(times) else []
    return np.array(lifts), np.array(lands)


def _count(
    strikes: list[np.ndarray], stride_s: float
) -> tuple[Float[np.ndarray, " K"], Float[np.ndarray, " K"]]:
    """All heel strikes in order, and the gait cycle that each begins: whole for left ones."""
    times = np.concatenate(strikes)
    side = np.repeat([0, 1], list(map(len, strikes)))
    order = times.argsort()
    times, turns = times[order], np.diff(side[order]) / 2
    # From one foot to the other is half a cycle, or more where a strike was missed.
    gone = np.rint(np.diff(times) / stride_s - turns) + turns
    return times, np.concatenate([[0.0], gone.cumsum()]) + side[order[0]] / 2


def _way(pelvis: Float[np.ndarray, "T 3"], times: Float[np.ndarray, " K"], fps: float) -> float:
    """How far the pelvis goes over the ground: straight from strike to strike, where it sways 0."""
    seconds = np.arange(len(pelvis)) / fps
    places = np.stack([np.interp(times, seconds, pelvis[:, axis]) for axis in (0, 2)], axis=-1)
    return float(np.linalg.norm(np.diff(places, axis=0), axis=-1).sum())


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
    longest = max(len(times) for clip in column for times in clip)
    padded = np.full((len(column), 2, longest), np.nan)
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
