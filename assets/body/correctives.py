"""Pose correctives: what linear blend skinning from the T-pose lacks, fitted linearly in the pose.

As in SMPL (Loper et al., TOG 2015) a vertex moves by a linear function of R - I, the entries of all
joints' rotation matrices. Here the examples are not scans but the artists' body skinned from its
own pose by the mixed blend of `body.skinning`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from body.skeleton import JOINT_ORDER
from body.skinning import blend_linear, skin
from meshgait.body.names import JOINT_PARENTS as PARENTS

RIDGE = 0.002  # per pose; keeps features that hardly vary from growing
# How far each joint turns about the axes x, y, z in degrees, on the left; a pair is a range.
# First what bodies can do, then what differs when they walk.
REACH_DEG: dict[str, tuple] = {
    "pelvis": (0, 0, 0),
    "spine1": (25, 20, 15),
    "spine2": (15, 15, 12),
    "spine3": (12, 12, 10),
    "neck": (25, 30, 20),
    "head": (25, 30, 15),
    "hip": ((-110, 35), (-35, 35), (-20, 45)),
    "knee": ((-5, 135), (-10, 10), (-4, 4)),
    "ankle": ((-25, 45), (-20, 20), (-20, 20)),
    "foot": ((-45, 25), (-5, 5), (-5, 5)),
    "collar": (10, (-15, 20), (-15, 25)),
    "shoulder": ((-40, 40), (-100, 45), (-95, 75)),
    "elbow": ((-45, 45), (-140, 5), (-5, 5)),
    "wrist": ((-45, 45), (-20, 20), (-55, 55)),
    "hand": (10, 10, 20),
}
WALK_DEG: dict[str, tuple] = REACH_DEG | {
    "hip": ((-40, 25), (-15, 15), (-12, 12)),
    "knee": ((-3, 75), (-5, 5), (-3, 3)),
    "shoulder": ((-20, 20), (-40, 40), (-90, -50)),
    "elbow": ((-30, 30), (-70, 3), (-3, 3)),
    "collar": (6, 6, 6),
}


@dataclass(frozen=True)
class Rig:
    """One half body in the source's pose, and all that moves it.

    `body` (H, 3); `rotation` (P, 3, 3), `shift` (P, 3) bring its parts to the T-pose; `joints`
    (24, 3) are those of the T-pose; `parts` (H, P) and `weights` (H, 24) are skinning weights, and
    `part_joint` (P,) tells which joint a part goes with.
    """

    body: np.ndarray
    rotation: np.ndarray
    shift: np.ndarray
    joints: np.ndarray
    parts: np.ndarray
    weights: np.ndarray
    part_joint: np.ndarray

    @property
    def template(self) -> np.ndarray:
        """The body in the T-pose (H, 3)."""
        return skin(self.body, self.parts, self.rotation, self.shift)

    def truth(self, rotation: np.ndarray, shift: np.ndarray) -> np.ndarray:
        """The body skinned from its own pose, its joints moved by x -> rotation x + shift."""
        turn = rotation[self.part_joint]
        move = np.einsum("pij,pj->pi", turn, self.shift) + shift[self.part_joint]
        return skin(self.body, self.parts, turn @ self.rotation, move)


def draw_pose(generator: np.random.Generator, reach: dict[str, tuple]) -> np.ndarray:
    """Local rotations (24, 3, 3) within a table of ranges, small ones more often than large."""
    local = np.zeros((24, 3))
    for joint, name in enumerate(JOINT_ORDER):
        stem = name.split(".")[0]
        low, high = np.array([b if isinstance(b, tuple) else (-b, b) for b in reach[stem]]).T
        # Arms hang, forwards or raised; the T-pose in the middle is nothing special for them.
        ease = 1.0 if stem == "shoulder" else generator.beta(1.0, 1.3)
        local[joint] = generator.uniform(low, high) * ease
        if name.endswith(".R"):
            local[joint] *= [1, -1, -1]
    return Rotation.from_rotvec(np.deg2rad(local)).as_matrix()


def forward(local: np.ndarray, joints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Motions x -> rotation x + shift of all joints, from local rotations (24, 3, 3)."""
    rotation, place = local.copy(), joints.copy()
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            rotation[joint] = rotation[parent] @ local[joint]
            place[joint] = place[parent] + rotation[parent] @ (joints[joint] - joints[parent])
    return rotation, place - np.einsum("jab,jb->ja", rotation, joints)


def feature(local: np.ndarray) -> np.ndarray:
    """SMPL's pose feature (207,): R - I of all joints but the root."""
    return (local[1:] - np.eye(3)).ravel()


def fit_correctives(rig: Rig, poses: np.ndarray) -> np.ndarray:
    """Pose directions (H, 3, 207) by ridge regression over local rotations (N, 24, 3, 3).

    A vertex depends only on the joints between those that hold it, so the result is sparse.
    """
    features = np.array([feature(pose) for pose in poses])
    lacks = np.array([_missing(rig, pose) for pose in poses])
    directions = np.zeros((len(rig.body), 3, features.shape[1]))
    between = _joints_between(rig.weights)
    for group in np.unique(between, axis=0):
        columns = np.repeat(group[1:], 9)
        if not columns.any():
            continue
        vertices = np.flatnonzero((between == group).all(axis=1))
        used = features[:, columns]
        normal = used.T @ used + RIDGE * len(poses) * np.eye(used.shape[1])
        goal = used.T @ lacks[:, vertices].reshape(len(poses), -1)
        solved = np.linalg.solve(normal, goal).reshape(-1, len(vertices), 3)
        directions[np.ix_(vertices, range(3), np.flatnonzero(columns))] = solved.transpose(1, 2, 0)
    return directions


def _missing(rig: Rig, local: np.ndarray) -> np.ndarray:
    """Offsets (H, 3) in the T-pose that linear blend skinning would need for this pose."""
    rotation, shift = forward(local, rig.joints)
    error = rig.truth(rotation, shift) - blend_linear(rig.template, rig.weights, rotation, shift)
    matrix = np.tensordot(rig.weights, rotation, axes=1)
    square = matrix.transpose(0, 2, 1) @ matrix + 1e-3 * np.eye(3)  # a twisted wrist is singular
    return np.linalg.solve(square, matrix.transpose(0, 2, 1) @ error[..., None])[..., 0]


def _joints_between(weights: np.ndarray) -> np.ndarray:
    """Which joints (H, 24) lie on the paths that join the joints that hold each vertex."""
    below = np.eye(len(PARENTS), dtype=bool)
    for joint in range(len(PARENTS) - 1, 0, -1):
        below[PARENTS[joint]] |= below[joint]
    holds = weights > 0
    inside = (holds[:, None, :] & below).any(axis=2)  # something that holds it hangs below
    outside = (holds[:, None, :] & ~below).any(axis=2)
    return inside & outside
