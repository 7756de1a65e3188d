"""A body for joints in space: each bone of SMPL turned onto the one that was seen."""

from __future__ import annotations

import warnings

import numpy as np
from jaxtyping import Float

from meshgait.body import JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS
from meshgait.errors import DataError
from meshgait.io.place_body import FAR_MM, place_body
from meshgait.io.size import embedded_body, leg_length, shape_of, smpl_rest, unit_of
from meshgait.io.track import UPRIGHT, BodyTrack, PointTrack
from meshgait.io.turns import kabsch, shortest_turn

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
_LEGS_M = (0.1, 7.0)  # beyond which no leg is in metres, whatever a file says
_NEEDED = ("left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle")


def fit_joints(track: PointTrack, betas: Float[np.ndarray, "10"] | None = None) -> BodyTrack:
    """SMPL parameters whose bones are as long as those of `track` and point where they do.

    `betas` are those of the embedded body where they are known, else of the lengths of the bones.
    The points are metres, named as SMPL's joints; which are missing does not move. Rotations about
    a bone, which joints do not show, follow its parent. Legs that are nobody's in metres are taken
    for the unit in which they are somebody's, with a warning. The feet stand on y = 0, see
    `place_body`.
    `fit_mm` is the mean distance from the body's joints; more than `FAR_MM` is warned of. Raises
    `DataError` for points in a picture and where hips, knees or ankles are missing.
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
    turned = chosen.points.astype(np.float64) @ UPRIGHT[track.axes].as_matrix().T
    points = dict(zip(known, np.moveaxis(turned, 1, 0), strict=True))
    leg = leg_length(points)
    if not _LEGS_M[0] < leg < _LEGS_M[1]:
        metre, unit = unit_of(leg)
        told = f"a leg is {leg:.3g} m long by what the file says; its lengths are read as {unit}"
        warnings.warn(told, stacklevel=2)
        points = {name: metre * place for name, place in points.items()}
    shape = shape_of(points, embedded_body()) if betas is None else betas
    world = _world_rotations(points, smpl_rest(shape))
    found = place_body(world, points, shape, frames=track.frames, fps=track.fps)
    if (found.fit_mm or 0.0) > FAR_MM:
        warnings.warn(
            f"the joints are {found.fit_mm:.0f} mm from those of the body that is nearest, more "
            f"than {FAR_MM:.0f}: perhaps they are labelled wrongly",
            stacklevel=2,
        )
    return found.noted(f"joints are {found.fit_mm:.0f} mm from the body's, in the mean")


def _world_rotations(
    points: dict[str, Float[np.ndarray, "T 3"]], rest: Float[np.ndarray, "24 3"]
) -> Float[np.ndarray, "T 24 3 3"]:
    T = len(points["left_hip"])
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
