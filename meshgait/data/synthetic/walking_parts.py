"""Where somebody walks in a motion, by cadence and displacement, and why elsewhere not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float
from scipy.ndimage import binary_dilation, gaussian_filter1d

from meshgait.body import JOINT_INDEX
from meshgait.errors import DataError
from meshgait.modalities import gait_cycle, heading

_SMOOTHING_S = 0.3  # of the way of the pelvis, which sways within a step
_SPEED = (0.4, 2.4)  # metres a second
_UPRIGHT = 0.75  # of the height from ankle to head at rest
_AHEAD = 0.7  # cosine between where somebody faces and goes
_CADENCE = (60.0, 150.0)  # steps a minute
_EVEN = (0.65, 1.5)  # of the median, how long a step lasts
_LEAST_STEPS = 3
_STRAIGHT_DEG = 20.0


@dataclass(frozen=True)
class Part:
    """Frames `start` to `end` (left out) in which somebody walks, in metres and steps a minute."""

    start: int
    end: int
    speed: float
    cadence: float
    step_length: float
    is_straight: bool


def walking_parts(
    joints: Float[np.ndarray, "T 24 3"], height: float, *, fps: float, least: int
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """The parts of `least` frames or more, and in a few words why other long parts are none.

    `joints` are SMPL's, y up; `height` is from ankle to head at rest.
    """
    going, problems = _going(joints, height, fps)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], going, [False]]).astype(int)))
    parts, refused = [], []
    for start, end in edges.reshape(-1, 2).tolist():
        if end - start < least:
            refused.append(f"goes only {end - start} of the {least} frames needed")
            continue
        found = _regular(joints[start:end], fps, least)
        if isinstance(found, str):
            refused.append(found)
        else:
            parts.append(replace(found, start=found.start + start, end=found.end + start))
    if not parts and problems and max(problems.values()) > len(joints) / 2:
        refused.insert(0, max(problems, key=lambda name: problems[name]))
    return tuple(parts), tuple(dict.fromkeys(refused))


def _going(
    joints: Float[np.ndarray, "T 24 3"], height: float, fps: float
) -> tuple[Bool[np.ndarray, " T"], dict[str, int]]:
    """Frames in which somebody upright goes ahead, and how many are not for which reason."""
    way = joints[:, 0][:, [0, 2]]
    step = np.gradient(way, axis=0) * fps if len(way) > 1 else np.zeros_like(way)
    velocity = gaussian_filter1d(step, _SMOOTHING_S * fps, axis=0, mode="nearest")
    speed = np.linalg.norm(velocity, axis=1)
    ankles = joints[:, [JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"]], 1].min(axis=1)
    angle = heading(torch.from_numpy(joints)).numpy()
    facing = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    ahead = (facing * velocity).sum(axis=1) / np.maximum(speed, 1e-9)
    wrong = {
        "lies, sits or crawls": joints[:, JOINT_INDEX["head"], 1] - ankles < _UPRIGHT * height,
        "stays on the spot": (speed < _SPEED[0]) | _held(step),
        "runs": speed > _SPEED[1],
        "goes backwards or aside": ahead < _AHEAD,
    }
    going, counts = np.ones(len(joints), bool), {}
    for name, frames in wrong.items():
        counts[name] = int((going & frames).sum())
        going &= ~frames
    return going, counts


def _held(step: Float[np.ndarray, "T 2"]) -> Bool[np.ndarray, " T"]:
    """Frames, and two around them, in which the pelvis does not move: a pose is held."""
    return binary_dilation(np.linalg.norm(step, axis=1) < _SPEED[0] / 4, iterations=2)


def _regular(joints: Float[np.ndarray, "T 24 3"], fps: float, least: int) -> Part | str:
    """The longest chain of even steps, or a reason why there is none."""
    try:
        gait = gait_cycle(torch.from_numpy(joints), torch.ones(len(joints)).bool(), fps=fps)
    except DataError:
        return "shows no whole stride"
    rows = [row[~row.isnan()].numpy() for row in gait.heel_strike]
    times = np.concatenate(rows)
    order, side = times.argsort(), np.repeat([0, 1], list(map(len, rows)))
    times, side = times[order], side[order]
    steps = np.diff(times)
    usual = np.median(steps)
    even = (np.diff(side) != 0) & (steps > _EVEN[0] * usual) & (steps < _EVEN[1] * usual)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], even, [False]]).astype(int)))
    chains = edges.reshape(-1, 2)
    if not len(chains) or np.diff(chains, axis=1).max() < _LEAST_STEPS:
        return "makes uneven steps, as in a dance"
    first, last = chains[np.diff(chains, axis=1).argmax()].tolist()
    cadence = 60 / float(np.mean(steps[first:last]))
    if not _CADENCE[0] <= cadence <= _CADENCE[1] or float(gait.duty_factor) < 0.5:
        return f"runs or shuffles, {cadence:.0f} steps a minute"
    start = max(0, int(np.ceil((times[first] - usual) * fps)))
    end = min(len(joints), int((times[last] + usual) * fps) + 1)
    if end - start < least:
        return f"walks only {end - start} of the {least} frames needed"
    turn = np.unwrap(heading(torch.from_numpy(joints[start:end])).numpy())
    turn = gaussian_filter1d(turn, _SMOOTHING_S * fps, mode="nearest")
    is_straight = bool(np.degrees(np.ptp(turn)) < _STRAIGHT_DEG)
    speed = float(gait.speed)
    return Part(start, end, speed, cadence, 60 * speed / cadence, is_straight)
