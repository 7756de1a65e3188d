"""The motion of any human skeleton as SMPL's: rotations by the names of joints.

A skeleton at rest need not stand as SMPL's does: each bone of SMPL is first turned the shortest
way onto its like, and in every frame it points where its like points, be that one bone or several.
Up is where the head is over the feet, the unit is judged by the length of a leg.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from meshgait.body import JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS
from meshgait.io.ground import up_axis
from meshgait.io.place_body import local_pose, place_body
from meshgait.io.size import embedded_body, leg_length, shape_of, smpl_rest, unit_of
from meshgait.io.skeleton import Skeleton, match_names
from meshgait.io.track import UPRIGHT, Axes, BodyTrack, body_track
from meshgait.io.turns import kabsch, shortest_turn

# The bone whose direction a joint decides, beside the torso, which is turned as one.
_BONE_END = {
    f"{side}_{start}": f"{side}_{end}"
    for side in ("left", "right")
    for start, end in (("hip", "knee"), ("knee", "ankle"), ("ankle", "foot"),
                       ("shoulder", "elbow"), ("elbow", "wrist"))
} | {"neck": "head"}  # fmt: skip
_ALL_BONES = tuple(
    (JOINT_NAMES[parent], name, 1e-4)
    for name, parent in zip(JOINT_NAMES, JOINT_PARENTS, strict=True)
    if parent >= 0
)


def retarget(
    skeleton: Skeleton,
    rotations: Float[np.ndarray, "T J 3 3"],
    places: Float[np.ndarray, "T J 3"],
    *,
    frames: Int[np.ndarray, " T"] | None = None,
    fps: float | None,
    usual_fps: float | None = None,
) -> BodyTrack:
    """SMPL's motion from the world rotations and places of all joints of a skeleton.

    `frames` are the numbers of the frames, ascending, where some may be missing.
    Raises `DataError` for a skeleton without hips and knees.
    """
    names = match_names(skeleton)
    points = {name: places[:, joint].astype(np.float64) for name, joint in names.items()}
    metre, unit = unit_of(leg_length(points))
    axes = up_axis(points)
    note = f"lengths are read as {unit}, {'y down' if axes == 'camera' else axes}"
    if _is_smpl(skeleton, names):
        order = [names[name] for name in JOINT_NAMES]
        return _as_it_stands(
            metre * skeleton.rest()[order], rotations[:, order], metre * points["pelvis"],
            frames=frames, axes=axes, fps=fps,
        ).noted(note)  # fmt: skip
    up = UPRIGHT[axes].as_matrix()
    points = {name: metre * place @ up.T for name, place in points.items()}
    betas = shape_of(points, embedded_body())
    ours = smpl_rest(betas)
    turn = _corrections(ours, skeleton.rest(), names)
    world = _world(ours, turn, up @ rotations, points, names)
    placed = place_body(world, points, betas, frames=frames, fps=fps, usual_fps=usual_fps)
    return placed.noted(note)


def _world(
    ours: Float[np.ndarray, "24 3"],
    turn: Float[np.ndarray, "24 3 3"],
    rotations: Float[np.ndarray, "T J 3 3"],
    points: dict[str, Float[np.ndarray, "T 3"]],
    names: dict[str, int],
) -> Float[np.ndarray, "T 24 3 3"]:
    """The rotations of SMPL's joints: those of their likes, with each bone onto its like."""
    world = np.empty((len(rotations), 24, 3, 3))
    for joint, (name, parent) in enumerate(zip(JOINT_NAMES, JOINT_PARENTS, strict=True)):
        source = names.get(name)
        if source is None:
            world[:, joint] = world[:, parent]
        else:
            world[:, joint] = rotations[:, source] @ turn[joint]
        end = _BONE_END.get(name)
        if name in points and end in points:
            bone = world[:, joint] @ (ours[JOINT_INDEX[end]] - ours[joint])
            world[:, joint] = shortest_turn(bone, points[end] - points[name]) @ world[:, joint]
    return world


def _is_smpl(skeleton: Skeleton, names: dict[str, int]) -> bool:
    """Whether these are SMPL's own joints, in SMPL's pose of rest."""
    if len(names) < len(JOINT_NAMES):
        return False
    ours = np.stack([smpl_rest()[j] - smpl_rest()[p] for j, p in enumerate(JOINT_PARENTS) if j])
    rest = skeleton.rest()[[names[name] for name in JOINT_NAMES]]
    theirs = np.stack([rest[j] - rest[p] for j, p in enumerate(JOINT_PARENTS) if j])
    cosine = (ours * theirs).sum(1) / np.linalg.norm(ours, axis=1)
    return bool((cosine > 0.8 * np.linalg.norm(theirs, axis=1)).all())


def _as_it_stands(
    rest: Float[np.ndarray, "24 3"],
    rotations: Float[np.ndarray, "T 24 3 3"],
    pelvis: Float[np.ndarray, "T 3"],
    *,
    frames: Int[np.ndarray, " T"] | None,
    axes: Axes,
    fps: float | None,
) -> BodyTrack:
    """SMPL's own skeleton: nothing is turned or moved, and all of its bones tell the shape."""
    bones = {name: rest[None, joint] for joint, name in enumerate(JOINT_NAMES)}
    betas = shape_of(bones, embedded_body(), lengths=_ALL_BONES, most=5.0)
    is_offset = np.linalg.norm(rest[0]) > 1e-4
    return body_track(
        frames=frames, pose=local_pose(rotations), betas=betas, axes=axes, fps=fps,
        transl=pelvis - rest[0] if is_offset else pelvis,
        moved="origin" if is_offset else "pelvis",
    )  # fmt: skip


def _torso(points: dict[str, Float[np.ndarray, "3"]]) -> Float[np.ndarray, "N 3"]:
    """What tells how a pelvis is turned: from hip to hip, and from there to what is over it."""
    hips = (points["left_hip"] + points["right_hip"]) / 2
    tops = [points[name] - hips for name in ("spine3", "neck", "head") if name in points]
    knees = (points["left_knee"] + points["right_knee"]) / 2
    return np.stack([points["left_hip"] - points["right_hip"], *(tops or [hips - knees])])


def _corrections(
    ours: Float[np.ndarray, "24 3"], rest: Float[np.ndarray, "J 3"], names: dict[str, int]
) -> Float[np.ndarray, "24 3 3"]:
    """How each bone of SMPL at rest is turned onto that of the skeleton."""
    mine = {name: ours[joint] for name, joint in JOINT_INDEX.items() if name in names}
    theirs = {name: rest[joint] for name, joint in names.items()}
    a, b = (_torso(points) for points in (mine, theirs))
    a, b = (x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9) for x in (a, b))
    whole = kabsch(a[None], b[None])[0]
    turn = np.tile(whole, (24, 1, 1))
    for joint, name in enumerate(JOINT_NAMES):
        end = _BONE_END.get(name)
        if name in names and end in names:
            bone = whole @ (ours[JOINT_INDEX[end]] - ours[joint])
            turn[joint] = shortest_turn(bone[None], (rest[names[end]] - rest[names[name]])[None])[0]
            turn[joint] = turn[joint] @ whole
    return turn
