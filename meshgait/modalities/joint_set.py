"""The joint sets that gait networks read, as tables over SMPL's joints and landmarks.

Each keypoint is a weighted sum of SMPL's 24 joints and of the 21 vertices that smplx calls
landmarks; weights sum to 1. OpenPose's sets follow the joints that SMPLify and its heirs compare
with OpenPose: its neck is SMPL's, its middle of the hips the pelvis. Human3.6M's marks are not
SMPL's: its spine, thorax and top of the head are placed by the rows below, to a few centimetres.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.body.names import JOINT_NAMES, JOINT_PARENTS, LANDMARK_NAMES
from meshgait.numerics import in_no_mode

SOURCES = (*JOINT_NAMES, *LANDMARK_NAMES)
_OTHER_SIDE = {"left": "right", "right": "left"}

Row = dict[str, float]


@dataclass(frozen=True, eq=False)
class JointSet:
    """Keypoints by name, each a weighted sum of `SOURCES`, and the limbs that join them."""

    keypoints: dict[str, Row]
    limbs: tuple[tuple[str, str], ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The keypoints in their order."""
        return tuple(self.keypoints)

    @cached_property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """The limbs as pairs of indices."""
        return tuple((self.names.index(a), self.names.index(b)) for a, b in self.limbs)

    @cached_property
    def other_side(self) -> tuple[int, ...]:
        """Which keypoint each becomes in the mirror."""
        return tuple(self.names.index(_mirror(name)) for name in self.names)

    @cached_property
    def weights(self) -> Float[Tensor, "K 45"]:
        """Rows of the table as a matrix over `SOURCES`."""
        rows = [[terms.get(source, 0.0) for source in SOURCES] for terms in self.keypoints.values()]
        with in_no_mode():
            return torch.tensor(rows, dtype=torch.float32)

    @cached_property
    def needs_landmarks(self) -> bool:
        """Whether some keypoint is made of vertices."""
        return bool(self.weights[:, len(JOINT_NAMES) :].any())


def _mirror(name: str) -> str:
    side, _, rest = name.partition("_")
    return f"{_OTHER_SIDE[side]}_{rest}" if side in _OTHER_SIDE else name


def _same(*names: str) -> dict[str, Row]:
    """Keypoints that are joints or landmarks themselves."""
    return {name: {name: 1.0} for name in names}


SMPL24 = JointSet(
    _same(*JOINT_NAMES),
    tuple(
        (JOINT_NAMES[p], name) for name, p in zip(JOINT_NAMES, JOINT_PARENTS, strict=True) if p >= 0
    ),
)

_FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
COCO17 = JointSet(
    _same(
        *_FACE, "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist",
        "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
        "right_ankle",
    ),
    (
        ("nose", "left_eye"), ("nose", "right_eye"), ("left_eye", "left_ear"),
        ("right_eye", "right_ear"), ("left_ear", "left_shoulder"), ("right_ear", "right_shoulder"),
        ("left_shoulder", "right_shoulder"), ("left_shoulder", "left_elbow"),
        ("left_elbow", "left_wrist"), ("right_shoulder", "right_elbow"),
        ("right_elbow", "right_wrist"), ("left_shoulder", "left_hip"),
        ("right_shoulder", "right_hip"), ("left_hip", "right_hip"), ("left_hip", "left_knee"),
        ("left_knee", "left_ankle"), ("right_hip", "right_knee"), ("right_knee", "right_ankle"),
    ),
)  # fmt: skip

_ARMS = (
    ("neck", "right_shoulder"), ("right_shoulder", "right_elbow"), ("right_elbow", "right_wrist"),
    ("neck", "left_shoulder"), ("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"),
)  # fmt: skip
_LEGS = (
    ("right_hip", "right_knee"), ("right_knee", "right_ankle"),
    ("left_hip", "left_knee"), ("left_knee", "left_ankle"),
)  # fmt: skip
_HEAD = (
    ("neck", "nose"), ("nose", "right_eye"), ("right_eye", "right_ear"),
    ("nose", "left_eye"), ("left_eye", "left_ear"),
)  # fmt: skip
_FROM_NECK = (
    "nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow",
    "left_wrist",
)  # fmt: skip
_RIGHT_LEG, _LEFT_LEG = (
    tuple(f"{side}_{joint}" for joint in ("hip", "knee", "ankle")) for side in ("right", "left")
)
_EYES = ("right_eye", "left_eye", "right_ear", "left_ear")

BODY18 = JointSet(
    _same(*_FROM_NECK, *_RIGHT_LEG, *_LEFT_LEG, *_EYES),
    (*_ARMS, ("neck", "right_hip"), ("neck", "left_hip"), *_LEGS, *_HEAD),
)

OPENPOSE25 = JointSet(
    _same(*_FROM_NECK)
    | {"mid_hip": {"pelvis": 1.0}}
    | _same(
        *_RIGHT_LEG, *_LEFT_LEG, *_EYES, "left_big_toe", "left_small_toe", "left_heel",
        "right_big_toe", "right_small_toe", "right_heel",
    ),
    (
        *_ARMS, ("neck", "mid_hip"), ("mid_hip", "right_hip"), ("mid_hip", "left_hip"), *_LEGS,
        *_HEAD, ("left_ankle", "left_big_toe"), ("left_big_toe", "left_small_toe"),
        ("left_ankle", "left_heel"), ("right_ankle", "right_big_toe"),
        ("right_big_toe", "right_small_toe"), ("right_ankle", "right_heel"),
    ),
)  # fmt: skip

H36M17 = JointSet(
    _same("pelvis", *_RIGHT_LEG, *_LEFT_LEG)
    | {
        "spine": {"spine2": 1.0},
        "thorax": {"neck": 1.0},
        **_same("nose"),
        "head": {"left_ear": 1.0, "right_ear": 1.0, "neck": -1.0},
    }
    | _same(
        "left_shoulder", "left_elbow", "left_wrist", "right_shoulder", "right_elbow", "right_wrist"
    ),
    (
        ("pelvis", "right_hip"), ("pelvis", "left_hip"), *_LEGS, ("pelvis", "spine"),
        ("spine", "thorax"), ("thorax", "nose"), ("nose", "head"), ("thorax", "left_shoulder"),
        ("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"), ("thorax", "right_shoulder"),
        ("right_shoulder", "right_elbow"), ("right_elbow", "right_wrist"),
    ),
)  # fmt: skip

JOINT_SETS = {
    "smpl24": SMPL24,
    "coco17": COCO17,
    "body18": BODY18,
    "openpose25": OPENPOSE25,
    "h36m17": H36M17,
}
