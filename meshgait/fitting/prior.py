"""What poses and motions are likely: the statistics of our own walkers, and how far joints bend."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.body import JOINT_INDEX, Body
from meshgait.numerics import made_once
from meshgait.walker import Identity, Route, walk

_PEOPLE, _FRAMES, _FPS = 40, 12, 9.0  # more than a gait cycle of each
_LOOSE_DEG = 8.0  # what everybody may do besides walking, about every axis
_WINDOW_S, _WAYS = 2 / 3, 60  # of a moment, and in how many ways moments differ
_RESTLESS_DEG = 4.0  # what is beside these ways

# Least and largest degrees about SMPL's axes x, y, z of joints that bend one way, on the left; on
# the right y and z change their sign. What is not here is held by the statistics alone.
_LIMITS_DEG = {
    "hip": ((-120, 45), (-45, 45), (-30, 60)),
    "knee": ((-3, 150), (-15, 15), (-12, 12)),
    "ankle": ((-35, 50), (-30, 30), (-25, 25)),
    "foot": ((-60, 20), (-10, 10), (-10, 10)),
    "elbow": ((-60, 60), (-150, 5), (-25, 25)),
    "wrist": ((-60, 60), (-60, 60), (-60, 60)),
}
_CENTRAL_LIMITS_DEG = {
    "spine1": 45, "spine2": 35, "spine3": 35, "neck": 50, "head": 50,
}  # fmt: skip


class PosePrior(NamedTuple):
    """A Gaussian over the 69 numbers of a pose without its root, and limits in radians."""

    mean: Float[Tensor, "69"]
    whiten: Float[Tensor, "69 69"]
    low: Float[Tensor, "69"]
    high: Float[Tensor, "69"]

    def surprise(self, pose: Float[Tensor, "*batch 69"]) -> Float[Tensor, "*batch"]:
        """Mean squared deviation in standard deviations: below 1 for a walker."""
        return ((pose - self.mean) @ self.whiten).square().mean(-1)

    def overstretch(self, pose: Float[Tensor, "*batch 69"]) -> Float[Tensor, "*batch"]:
        """Sum of the squared radians beyond the limits; 0 within them."""
        beyond = (pose - self.high).clamp(min=0) + (self.low - pose).clamp(min=0)
        return beyond.square().sum(-1)


class MotionPrior(NamedTuple):
    """A Gaussian over some frames of poses without roots: `ways` that differ, and little beside."""

    mean: Float[Tensor, " D"]
    ways: Float[Tensor, "K D"]
    variance: Float[Tensor, " K"]

    def surprise(self, pose: Float[Tensor, "*batch T 69"]) -> Float[Tensor, "*batch"]:
        """Mean squared deviation of all windows in standard deviations, at most 1 for a walker."""
        frames, beside = len(self.mean) // 69, np.deg2rad(_RESTLESS_DEG) ** 2
        off = pose.unfold(-2, frames, 1).mT.flatten(-2) - self.mean
        along = (off @ self.ways.T).square()
        rest = off.square().sum(-1) - along.sum(-1)
        square = (along / (self.variance + beside)).sum(-1) + rest / beside
        return square.mean(-1) / len(self.mean)


@made_once(maxsize=4)
def walker_motion(fps: float, most: int) -> MotionPrior:
    """How `meshgait.walker` moves in two thirds of a second, or in `most` frames if these are less.

    Unlike a pose, a moment of motion says which leg swings: what one camera does not show of depth
    follows from it.
    """
    generator, body = np.random.default_rng(1), Body.embedded()
    frames = max(1, min(round(_WINDOW_S * fps), most))
    moments = []
    for _ in range(_PEOPLE):
        steps = walk(
            body, Identity.draw(generator), Route.draw_curved(generator),
            frames=3 * frames, fps=fps, phase=generator.uniform(),
        )  # fmt: skip
        pose = steps.motion.pose[:, 3:]
        apart = max(frames // 3, 1)
        moments += [pose[k : k + frames].ravel() for k in range(0, 2 * frames + 1, apart)]
    pose = np.stack(moments).astype(np.float64)
    mean = pose.mean(axis=0)
    _, size, ways = np.linalg.svd(pose - mean, full_matrices=False)
    arrays = (mean, ways[:_WAYS], size[:_WAYS] ** 2 / len(pose))
    return MotionPrior(*(torch.from_numpy(array).float() for array in arrays))


@made_once(maxsize=1)
def walker_prior() -> PosePrior:
    """How `meshgait.walker` walks: many people over a gait cycle each, with some room around."""
    generator = np.random.default_rng(0)
    body = Body.embedded()
    poses = [
        walk(
            body, Identity.draw(generator), Route.draw_curved(generator),
            frames=_FRAMES, fps=_FPS, phase=generator.uniform(),
        ).motion.pose[:, 3:]
        for _ in range(_PEOPLE)
    ]  # fmt: skip
    pose = np.concatenate(poses).astype(np.float64)
    covariance = np.cov(pose.T) + np.deg2rad(_LOOSE_DEG) ** 2 * np.eye(69)
    values, vectors = np.linalg.eigh(covariance)
    low, high = _limits()
    arrays = (pose.mean(axis=0), vectors / np.sqrt(values), low, high)
    return PosePrior(*(torch.from_numpy(array).float() for array in arrays))


def _limits() -> tuple[Float[np.ndarray, "69"], Float[np.ndarray, "69"]]:
    low, high = np.full((24, 3), -np.inf), np.full((24, 3), np.inf)
    for name, most in _CENTRAL_LIMITS_DEG.items():
        low[JOINT_INDEX[name]], high[JOINT_INDEX[name]] = -most, most
    for name, limits in _LIMITS_DEG.items():
        least, most = np.array(limits).T
        left, right = JOINT_INDEX[f"left_{name}"], JOINT_INDEX[f"right_{name}"]
        low[left], high[left] = least, most
        low[right] = [least[0], -most[1], -most[2]]
        high[right] = [most[0], -least[1], -least[2]]
    return np.deg2rad(low[1:]).reshape(69), np.deg2rad(high[1:]).reshape(69)
