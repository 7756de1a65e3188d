"""Joint angles in clinical planes, with the axes of the ISB (Wu et al., J Biomech 2002 and 2005).

Each segment has axes X forwards, Y up along the bone and Z to the right; all agree in a body that
stands upright with straight legs and hanging arms, where every angle is 0. A joint is turned about
Z (flexion), then X (to the side), then Y (about the bone), as Grood and Suntay (J Biomech Eng 1983)
do; pelvis and trunk, against the way that somebody goes, about Y, then X, then Z. On the left side
the planes are mirrored, so that a word means the same on both.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from meshgait.body import JOINT_INDEX
from meshgait.gait.landmarks import SIDES, Landmarks

_ISB = np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])  # columns X, Y, Z
_WAY, _JOINT = "YXZ", "ZXY"

Turns = Float[np.ndarray, "T 3 3"]


class Angle(NamedTuple):
    """One angle in degrees: between which segments, about which axis, and what above 0 means."""

    title: str
    above: str
    parent: str
    child: str
    axis: str
    sign: int


ANGLES: dict[str, Angle] = {
    "pelvis_tilt": Angle("Pelvic tilt", "anterior", "way", "pelvis", "Z", -1),
    "pelvis_obliquity": Angle("Pelvic obliquity", "this side up", "way", "pelvis", "X", -1),
    "pelvis_rotation": Angle("Pelvic rotation", "this side forwards", "way", "pelvis", "Y", 1),
    "hip_flexion": Angle("Hip flexion", "flexion", "pelvis", "thigh", "Z", 1),
    "hip_adduction": Angle("Hip adduction", "adduction", "pelvis", "thigh", "X", 1),
    "hip_rotation": Angle("Hip rotation", "internal", "pelvis", "thigh", "Y", 1),
    "knee_flexion": Angle("Knee flexion", "flexion", "thigh", "shank", "Z", -1),
    "knee_adduction": Angle("Knee adduction", "varus", "thigh", "shank", "X", 1),
    "knee_rotation": Angle("Knee rotation", "internal", "thigh", "shank", "Y", 1),
    "ankle_dorsiflexion": Angle("Ankle dorsiflexion", "dorsiflexion", "shank", "sole", "Z", 1),
    "ankle_rotation": Angle("Ankle rotation", "internal", "shank", "sole", "Y", 1),
    "trunk_flexion": Angle("Trunk flexion", "forwards", "way", "thorax", "Z", -1),
    "trunk_lean": Angle("Trunk lean", "to this side", "way", "thorax", "X", 1),
    "trunk_rotation": Angle("Trunk rotation", "this side forwards", "way", "thorax", "Y", 1),
    "shoulder_flexion": Angle("Shoulder flexion", "forwards", "thorax", "arm", "Z", 1),
    "shoulder_adduction": Angle("Shoulder adduction", "adduction", "thorax", "arm", "X", 1),
    "elbow_flexion": Angle("Elbow flexion", "flexion", "arm", "forearm", "Z", 1),
}
# The joint at the beginning of a bone's long axis, and that at its end.
_BONES = {
    "thigh": ("hip", "knee"), "shank": ("knee", "ankle"), "arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"),
}  # fmt: skip


def joint_angles(
    marks: Landmarks, progression: Float[np.ndarray, " T"]
) -> dict[str, Float[np.ndarray, "2 T"]]:
    """Every angle of `ANGLES` in degrees, left and right."""
    sides = [_of_side(marks, progression, side) for side in (0, 1)]
    return {name: np.stack([side[name] for side in sides]) for name in ANGLES}


def _of_side(
    marks: Landmarks, progression: Float[np.ndarray, " T"], side: int
) -> dict[str, Float[np.ndarray, " T"]]:
    frames = _frames(marks, progression, side)
    turned: dict[tuple[str, str], Float[np.ndarray, "T 3"]] = {}
    found = {}
    for name, angle in ANGLES.items():
        key, order = (angle.parent, angle.child), _WAY if angle.parent == "way" else _JOINT
        if key not in turned:
            between = np.swapaxes(frames[angle.parent], 1, 2) @ frames[angle.child]
            turned[key] = Rotation.from_matrix(between).as_euler(order, degrees=True)
        # Mirrored, a turn about the axis across stays and the other two are opposite.
        mirrored = -1 if side == 0 and angle.axis != "Z" else 1
        values = turned[key][:, order.index(angle.axis)]
        found[name] = mirrored * angle.sign * np.unwrap(values, period=360)
    return found


def _frames(marks: Landmarks, progression: Float[np.ndarray, " T"], side: int) -> dict[str, Turns]:
    """The axes of every segment in the world, columns X, Y, Z."""
    turns, rest, name = marks.turns, marks.rest, SIDES[side]
    way = Rotation.from_euler("Y", progression[:, None]).as_matrix() @ _ISB
    frames = {
        "way": way,
        "pelvis": turns[:, JOINT_INDEX["pelvis"]] @ _ISB,
        "thorax": turns[:, JOINT_INDEX["spine3"]] @ _ISB,
    }
    for segment, ends in _BONES.items():
        start, end = (JOINT_INDEX[f"{name}_{joint}"] for joint in ends)
        frames[segment] = turns[:, start] @ _axes(rest[start] - rest[end])
    ankle, ball = JOINT_INDEX[f"{name}_ankle"], JOINT_INDEX[f"{name}_foot"]
    toes = (rest[ball] - rest[ankle]) * [1, 0, 1]
    across = np.cross(toes / np.linalg.norm(toes), [0.0, 1.0, 0.0])
    sole = np.stack([toes / np.linalg.norm(toes), [0.0, 1.0, 0.0], across], axis=1)
    frames["sole"] = turns[:, ankle] @ sole
    return frames


def _axes(up: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3 3"]:
    """Axes of a bone of the body at rest: Y along it, X as far forwards as that allows."""
    y = up / np.linalg.norm(up)
    x = np.array([0.0, 0.0, 1.0])
    x = x - (x @ y) * y
    x /= np.linalg.norm(x)
    return np.stack([x, y, np.cross(x, y)], axis=1)
