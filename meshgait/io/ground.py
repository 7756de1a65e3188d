"""Which way is up, and where the floor is, as the frames of a walk show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from meshgait.body import JOINT_INDEX, Body
from meshgait.body.parts import joint_labels
from meshgait.errors import DataError
from meshgait.io.track import UPRIGHT, Axes, BodyTrack, rest_joints
from meshgait.io.turns import shortest_turn
from meshgait.sequence.motion import Motion

_TOPS = ("head", "neck", "left_shoulder", "right_shoulder", "spine3")
_WAYS: tuple[tuple[Axes, Axes], ...] = (("x up", "x down"), ("y up", "camera"), ("z up", "z down"))
_SOLE_M = 0.015  # how high over the lowest point of a foot its sole reaches
_FEET = [
    [JOINT_INDEX[f"{side}_{name}"] for name in ("ankle", "foot")] for side in ("left", "right")
]
_UNEVEN_M, _TILT, _MOST_TILT = 0.01, 0.01, np.tan(np.radians(3))
_ASKED = 500  # frames of a track, at most
_LYING, _UPRIGHT, _WAY_M = 0.3, 0.9, 0.5  # cosines with the stated axis and another; metres
_STILL = 0.15  # metres a second, up or down, of the lower foot while it stands


def up_axis(points: Mapping[str, Float[np.ndarray, "T 3"]]) -> Axes:
    """Along which axis, and which way, the head is over the ankles in most frames."""
    tops = [points[name] for name in _TOPS if name in points][:1] or [
        (points["left_hip"] + points["right_hip"]) / 2
    ]
    over = tops[0] - (points["left_ankle"] + points["right_ankle"]) / 2
    lengths = np.linalg.norm(over, axis=-1, keepdims=True)
    if not (lengths > 1e-9).any():
        raise DataError("head and ankles are in one place")
    return axes_of(np.median(over / np.maximum(lengths, 1e-9), axis=0))


def axes_of(up: Float[np.ndarray, "3"]) -> Axes:
    """The axes in which `up` points most nearly upwards."""
    axis = int(np.abs(up).argmax())
    return _WAYS[axis][int(up[axis] < 0)]


def judged_axes(track: BodyTrack, body: Body) -> Axes:
    """The axes of somebody who walks: those that are stated, unless he would walk lying.

    Only who goes over the ground, and not along his own axis, tells: others may lie, or crawl.
    """
    if track.axes == "camera" or track.transl is None or len(track) < 2:
        return track.axes
    some = slice(None, None, -(-len(track) // _ASKED))
    pose, place = track.pose[some].reshape(-1, 72), track.transl[some]
    _, joints = Motion(pose, track.betas[0], place, 1.0).skeleton(body)
    over = joints[:, JOINT_INDEX["head"]] - joints[:, [bones[0] for bones in _FEET]].mean(axis=1)
    up = np.median(over / np.maximum(np.linalg.norm(over, axis=1, keepdims=True), 1e-9), axis=0)
    axis = int(np.abs(up).argmax())
    lies = (UPRIGHT[track.axes].apply(up))[1] < _LYING and abs(up[axis]) > _UPRIGHT
    way = np.ptp(place, axis=0)
    walks = way[axis] < _WAY_M < np.delete(way, axis).max()
    return axes_of(up) if lies and walks else track.axes


def sole_heights(
    joints: Float[np.ndarray, "T 24 3"],
    rotations: Float[np.ndarray, "T 24 3 3"],
    betas: Float[np.ndarray, "10"],
    body: Body,
) -> Float[np.ndarray, "T 2"]:
    """The y of the lowest point of the left and the right sole, feet being as rigid as two bones.

    `rotations` are those of the joints in the world.
    """
    with torch.no_grad():
        skin = body.shape(torch.from_numpy(betas[None]))[0].numpy().astype(np.float64)
    rest, owner = rest_joints(body, betas[None])[0], joint_labels(body.weights).numpy()
    heights = []
    for bones in _FEET:
        of_foot = np.isin(owner, bones)
        sole = of_foot & (skin[:, 1] < skin[of_foot, 1].min() + _SOLE_M)
        low = [
            ((skin[sole & (owner == j)] - rest[j]) @ rotations[:, j, 1].T).min(0, initial=np.inf)
            + joints[:, j, 1]
            for j in bones
        ]
        heights.append(np.min(low, axis=0))
    return np.stack(heights, axis=1)


@dataclass(frozen=True, eq=False)
class Floor:
    """A plane: its height over the origin, and the turn that makes it level."""

    height: float
    level: Float[np.ndarray, "3 3"]


def find_floor(
    soles: Float[np.ndarray, "T 2"], feet: Float[np.ndarray, "T 2 3"], fps: float
) -> Floor:
    """The plane under the soles that rest, from the lower sole of each frame and where its foot is.

    Laboratories are level to a degree or so. How far the floor tilts is believed as far as the
    steps prove it, and beyond 3 degrees not at all, for those are stairs or a slope. Least
    squares with Huber's weights.
    """
    lower = soles.argmin(axis=1)
    low, place = soles.min(axis=1), np.take_along_axis(feet, lower[:, None, None], axis=1)[:, 0]
    speed = np.abs(np.gradient(low)) * fps if len(low) > 1 else np.zeros(1)
    still = speed < _STILL if (speed < _STILL).any() else speed >= 0
    low, place = low[still], place[still][:, [0, 2]]
    middle = place.mean(axis=0)
    columns = np.concatenate([np.ones((len(low), 1)), place - middle], axis=1)
    # Frames of one step say the same: a step takes about half a second.
    share = np.full(len(low), min(1.0, 2.0 / fps)) / _UNEVEN_M**2
    prior, plane = np.diag([0.0, *[1 / _TILT**2] * 2]), np.array([np.median(low), 0.0, 0.0])
    for _ in range(10):
        off = np.abs(low - columns @ plane)
        weight = (share * np.minimum(1.0, _UNEVEN_M / np.maximum(off, 1e-9)))[:, None]
        plane = np.linalg.solve(
            columns.T @ (weight * columns) + prior, columns.T @ (weight[:, 0] * low)
        )
    tilt = plane[1:]
    if np.linalg.norm(tilt) > _MOST_TILT or np.median(off) > 2 * _UNEVEN_M:
        return Floor(float(np.median(low)), np.eye(3))
    normal = np.array([-tilt[0], 1.0, -tilt[1]])
    level = shortest_turn(normal, np.array([0.0, 1.0, 0.0]))
    point = np.array([middle[0], plane[0], middle[1]])
    return Floor(float((level @ point)[1]), level)


def on_floor(motion: Motion, body: Body) -> Motion:
    """The motion moved, and turned as far as its floor tilts, so that its feet stand on y = 0."""
    world, joints = motion.skeleton(body)
    soles = sole_heights(joints, world, np.asarray(motion.betas, np.float32), body)
    floor = find_floor(soles, joints[:, [bones[0] for bones in _FEET]], motion.fps)
    return motion.carried(body, floor.level, np.array([0.0, -floor.height, 0.0]))
