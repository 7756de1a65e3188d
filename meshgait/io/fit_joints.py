"""A body for joints in space: each bone of SMPL turned onto the one that was seen."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from meshgait.body import JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS
from meshgait.errors import DataError
from meshgait.io.retarget import kabsch, shortest_turn, smpl_rest
from meshgait.io.track import BodyTrack, PointTrack, body_track

_HIPS, _SHOULDERS = ("right_hip", "left_hip"), ("right_shoulder", "left_shoulder")
_TORSO = (("pelvis", "spine1"), ("pelvis", "spine3"), ("pelvis", "neck"))
# What turns each joint: of each group the first pair of points that was seen.
_SEEN = {
    "pelvis": ((_HIPS,), _TORSO),
    "spine1": ((("spine1", "spine2"),),),
    "spine2": ((("spine2", "spine3"),),),
    "spine3": ((_SHOULDERS,), (("spine3", "neck"), ("pelvis", "neck"))),
    "neck": ((("neck", "head"),),),
} | {
    f"{side}_{start}": (((f"{side}_{start}", f"{side}_{end}"),),)
    for side in ("left", "right")
    for start, end in (("hip", "knee"), ("knee", "ankle"), ("ankle", "foot"),
                       ("collar", "shoulder"), ("shoulder", "elbow"), ("elbow", "wrist"),
                       ("wrist", "hand"))
}  # fmt: skip
_NEEDED = ("left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle")


def fit_joints(track: PointTrack) -> BodyTrack:
    """SMPL parameters of mean shape whose bones point where those of `track` do.

    The points are metres, named as SMPL's joints; which are missing does not move. Rotations about
    a bone, which joints do not show, follow its parent. Raises `DataError` for points in a
    picture and where hips, knees or ankles are missing.
    """
    if track.unit != "m" or track.points.shape[2] != 3:
        raise DataError("a body can be made of points in metres, not of points in a picture")
    known = [name for name in JOINT_NAMES if name in track.names]
    if "pelvis" not in known:
        known = ["pelvis", *known]
    if "neck" not in known and set(_SHOULDERS) <= set(known):
        known.append("neck")
    lacking = [name for name in _NEEDED if name not in known]
    if lacking:
        raise DataError(f"a body needs {', '.join(lacking)} beside {', '.join(track.names)}")
    chosen = track.select(tuple(known))
    points = dict(zip(known, np.moveaxis(chosen.points.astype(np.float64), 1, 0), strict=True))
    world = _world_rotations(points, len(track))
    local = world.copy()
    for joint, parent in enumerate(JOINT_PARENTS):
        if parent >= 0:
            local[:, joint] = np.swapaxes(world[:, parent], 1, 2) @ world[:, joint]
    pose = Rotation.from_matrix(local.reshape(-1, 3, 3)).as_rotvec().reshape(-1, 24, 3)
    return body_track(
        frames=track.frames, pose=pose, transl=points["pelvis"], axes=track.axes, fps=track.fps,
        moved="pelvis",
    )  # fmt: skip


def _world_rotations(
    points: dict[str, Float[np.ndarray, "T 3"]], T: int
) -> Float[np.ndarray, "T 24 3 3"]:
    rest = smpl_rest()
    world = np.empty((T, 24, 3, 3))
    for joint, (name, parent) in enumerate(zip(JOINT_NAMES, JOINT_PARENTS, strict=True)):
        above = np.tile(np.eye(3), (T, 1, 1)) if parent < 0 else world[:, parent]
        pairs = [pair for group in _SEEN.get(name, ()) for pair in _first_seen(group, points)]
        bones = [rest[JOINT_INDEX[end]] - rest[JOINT_INDEX[start]] for start, end in pairs]
        seen = [points[end] - points[start] for start, end in pairs]
        if len(pairs) == 2:
            both = [np.stack(rows, axis=-2) for rows in (bones, seen)]
            a, b = (x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-9) for x in both)
            world[:, joint] = kabsch(np.broadcast_to(a, b.shape), b)
        elif pairs:
            world[:, joint] = shortest_turn(above @ bones[0], seen[0]) @ above
        else:
            world[:, joint] = above
    return world


def _first_seen(
    group: tuple[tuple[str, str], ...], points: dict[str, np.ndarray]
) -> list[tuple[str, str]]:
    """The first pair of which both are known, if there is one."""
    return [pair for pair in group if pair[0] in points and pair[1] in points][:1]
