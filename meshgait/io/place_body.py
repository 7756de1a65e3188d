"""A body put where a skeleton or joints were seen: its shape, its legs, its feet on the floor."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from meshgait.body import JOINT_INDEX, JOINT_PARENTS
from meshgait.io.ground import find_floor, sole_heights
from meshgait.io.size import Points, embedded_body, leg_length, smpl_rest, with_mid_hip
from meshgait.io.track import DEFAULT_FPS, BodyTrack, body_track
from meshgait.io.turns import shortest_turn

FAR_MM = 100.0  # from a body's joints; markers and joints of other programs are 20 to 80 mm off
_MIRRORED = (
    "feet or knees point backwards: left and right are exchanged in the file, or its axes are "
    "left-handed (then turn the sign of one of them)"
)
_BEHIND = 0.5  # of its length a foot points backwards where the sides are exchanged
_HINT_M = 0.003  # how far a straight knee is thought to be bent, so that it bends forwards
_FOOT = ("ankle", "foot")
_FLAT_SHARE = 0.3  # of the frames of a walk a foot is flat on the floor, at least
_LEAST_S = 0.2  # seconds for which a foot must be flat to prove anything
_LEAST_FLAT = 0.8  # cosine of the tilt that is believed to be one of the program's
_COMPARED = [
    f"{side}_{name}"
    for side in ("left", "right")
    for name in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
]

Turns = Float[np.ndarray, "T 24 3 3"]


def place_body(
    world: Turns,
    points: Points,
    betas: Float[np.ndarray, "10"],
    *,
    frames: Any = None,
    fps: float | None,
    usual_fps: float | None = None,
) -> BodyTrack:
    """The body of world rotations `world` and shape `betas` where `points` are, in metres, y up.

    What the shape leaves of the length of a leg scales the way. The middle of the hips goes where
    that of the points goes, two-bone inverse kinematics takes the ankles to theirs, and the floor
    on which the feet stand becomes y = 0.
    """
    body, seen = embedded_body(), with_mid_hip(points)
    rate = fps or usual_fps or DEFAULT_FPS
    rest = smpl_rest(betas)
    named = {name: rest[None, i] for name, i in JOINT_INDEX.items()}
    scale = leg_length(named) / leg_length(points)
    world = _with_flat_soles(world, seen, rate)
    pelvis = scale * seen["mid_hip"] - world[:, 0] @ (rest[[1, 2]].mean(axis=0) - rest[0])
    joints = forward(world, rest, pelvis)
    for side in ("left", "right"):
        _reach(world, joints, side, scale * seen[f"{side}_ankle"])
    joints = forward(world, rest, pelvis)
    soles = sole_heights(joints, world, betas, body)
    ankles = [JOINT_INDEX[f"{side}_ankle"] for side in ("left", "right")]
    floor = find_floor(soles, joints[:, ankles], rate)
    place = pelvis @ floor.level.T - [0.0, floor.height, 0.0]
    track = body_track(
        frames=frames, pose=local_pose(floor.level @ world), betas=betas, transl=place,
        axes="y up", fps=fps, moved="pelvis",
    )  # fmt: skip
    found = replace(track, usual_fps=usual_fps, off_mm=_off_mm(joints / scale, points))
    if _is_mirrored(seen) and (found.fit_mm or 0.0) <= FAR_MM:
        warnings.warn(_MIRRORED, stacklevel=3)
    return found


def _is_mirrored(points: Points) -> bool:
    """Whether feet point, or without feet knees bend, clearly to the back of what hips face."""
    ahead = np.cross(points["left_hip"] - points["right_hip"], [0.0, 1.0, 0.0])
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
    ways = []
    for side in ("left", "right"):
        hip, knee, ankle = (points[f"{side}_{name}"] for name in ("hip", "knee", "ankle"))
        foot = points.get(f"{side}_foot")
        ways.append(knee - (hip + ankle) / 2 if foot is None else foot - ankle)
    way = np.stack(ways)
    back, whole = np.median(-(way * ahead).sum(-1)), np.median(np.linalg.norm(way, axis=-1))
    return bool(back > _BEHIND * whole > 0)


def _off_mm(joints: Float[np.ndarray, "T 24 3"], points: Points) -> dict[str, float]:
    """How far joints are from the points of their names, in the mean."""
    known = [name for name in _COMPARED if name in points]
    off = joints[:, [JOINT_INDEX[name] for name in known]]
    off -= np.stack([points[name] for name in known], axis=1)
    return dict(
        zip(known, (1000 * np.linalg.norm(off, axis=-1).mean(axis=0)).tolist(), strict=True)
    )


def _with_flat_soles(world: Turns, points: Points, fps: float) -> Turns:
    """Feet turned once and for all so that soles are level where ankle and ball are lowest.

    Programs put the joints of a foot at other heights, so that its bone alone would tilt the sole.
    """
    world = world.copy()
    for side in ("left", "right"):
        marks = [points[f"{side}_{name}"] for name in _FOOT if f"{side}_{name}" in points]
        flat = np.all([y <= np.quantile(y, _FLAT_SHARE) for y in (p[:, 1] for p in marks)], axis=0)
        for joint in (JOINT_INDEX[f"{side}_{name}"] for name in _FOOT):
            up = world[flat, joint, 1].sum(axis=0) / fps  # as long as it was flat, in seconds
            if np.linalg.norm(up) > _LEAST_S and up[1] > _LEAST_FLAT * np.linalg.norm(up):
                world[:, joint] = world[:, joint] @ shortest_turn(np.array([0, 1.0, 0]), up)
    return world


def forward(
    world: Turns, rest: Float[np.ndarray, "24 3"], pelvis: Float[np.ndarray, "T 3"]
) -> Float[np.ndarray, "T 24 3"]:
    """The joints of a body whose joints at rest are `rest`."""
    joints = np.empty(world.shape[:-1])
    joints[:, 0] = pelvis
    for joint, parent in enumerate(JOINT_PARENTS[1:], start=1):
        joints[:, joint] = joints[:, parent] + world[:, parent] @ (rest[joint] - rest[parent])
    return joints


def local_pose(world: Turns) -> Float[np.ndarray, "T 24 3"]:
    """Axis-angle of each joint in the axes of the one that it hangs on."""
    local = world.copy()
    for joint, parent in enumerate(JOINT_PARENTS[1:], start=1):
        local[:, joint] = np.swapaxes(world[:, parent], 1, 2) @ world[:, joint]
    return Rotation.from_matrix(local.reshape(-1, 3, 3)).as_rotvec().reshape(-1, 24, 3)


def _reach(
    world: Turns, joints: Float[np.ndarray, "T 24 3"], side: str, target: Float[np.ndarray, "T 3"]
) -> None:
    """Turn thigh and shin of `world` so that the ankle comes to `target`, if the leg reaches."""
    hip, knee, ankle = (JOINT_INDEX[f"{side}_{name}"] for name in ("hip", "knee", "ankle"))
    thigh, shin = joints[:, knee] - joints[:, hip], joints[:, ankle] - joints[:, knee]
    upper, lower = (np.linalg.norm(bone[0]) for bone in (thigh, shin))
    way = target - joints[:, hip]
    distance = np.linalg.norm(way, axis=1, keepdims=True)
    along = way / np.maximum(distance, 1e-9)
    distance = np.clip(distance, abs(upper - lower) + 1e-6, upper + lower - 1e-6)
    straight = thigh + shin
    straight /= np.maximum(np.linalg.norm(straight, axis=1, keepdims=True), 1e-9)
    # Where the leg bent before, or forwards: hips wider than ours would bend it to the side.
    bend = thigh - (thigh * straight).sum(axis=1, keepdims=True) * straight
    bend += _HINT_M * world[:, hip, :, 2]  # SMPL's knees point along z
    bend -= (bend * along).sum(axis=1, keepdims=True) * along
    bend /= np.maximum(np.linalg.norm(bend, axis=1, keepdims=True), 1e-9)
    foot = (upper**2 - lower**2 + distance**2) / (2 * distance)  # of the knee's height on the way
    bent = foot * along + np.sqrt(np.maximum(upper**2 - foot**2, 0.0)) * bend
    world[:, hip] = shortest_turn(thigh, bent) @ world[:, hip]
    world[:, knee] = shortest_turn(shin, distance * along - bent) @ world[:, knee]
