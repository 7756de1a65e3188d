"""Skeletons of any program: their joints at rest, in motion, and which of them are SMPL's."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from meshgait.body import JOINT_NAMES
from meshgait.errors import DataError

_SPINE = ("spine1", "spine2", "spine3")
_CENTRE = {
    "pelvis": ("hips", "hip", "pelvis", "root", "reference"),
    "neck": ("neck", "neck1", "lowerneck"),
    "head": ("head",),
}
_LIMBS = {  # the first of a row that a skeleton has
    "hip": ("upleg", "upperleg", "thigh", "femur", "hip"),
    "knee": ("leg", "lowleg", "lowerleg", "knee", "shin", "tibia", "calf"),
    "ankle": ("ankle", "foot"),
    "foot": ("toebase", "toe", "toes", "ball", "foot"),
    "collar": ("collar", "clavicle", "shoulder"),
    "shoulder": ("arm", "uparm", "upperarm", "humerus", "shldr", "shoulder"),
    "elbow": ("forearm", "lowarm", "lowerarm", "elbow", "radius"),
    "wrist": ("wrist", "hand"),
}


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Joints at rest: their names, parents (before their children, -1 first) and offsets."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: Float[np.ndarray, "J 3"]

    def rest(self) -> Float[np.ndarray, "J 3"]:
        """Where the joints are at rest, the root at its offset."""
        places = self.offsets.astype(np.float64).copy()
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                places[joint] += places[parent]
        return places

    def move(
        self, turns: Float[np.ndarray, "T J 3 3"], offsets: Float[np.ndarray, "#T J 3"]
    ) -> tuple[Float[np.ndarray, "T J 3 3"], Float[np.ndarray, "T J 3"]]:
        """Forward kinematics: world rotations and places of all joints.

        `turns` and `offsets` are of each joint in the axes of the one that it hangs on.
        """
        rotations = np.empty(turns.shape)
        places = np.empty(turns.shape[:-1])
        for joint, parent in enumerate(self.parents):
            if parent < 0:
                rotations[:, joint], places[:, joint] = turns[:, joint], offsets[:, joint]
            else:
                above = rotations[:, parent]
                rotations[:, joint] = above @ turns[:, joint]
                along = (above @ offsets[:, joint, :, None])[..., 0]
                places[:, joint] = places[:, parent] + along
        return rotations, places


def match_names(skeleton: Skeleton) -> dict[str, int]:
    """Which joint of the skeleton is which of SMPL's; those that have no like are left out."""
    own = _own(skeleton)
    if len(own) == len(JOINT_NAMES):
        return own
    names = _without_prefix(skeleton.names)
    plain = {_plain(name): joint for joint, name in reversed(list(enumerate(names)))}
    found: dict[str, int] = {}
    for name, words in _CENTRE.items():
        known = [plain[word] for word in words if word in plain]
        found |= {name: known[0]} if known else {}
    for side in ("left", "right"):
        for name, words in _LIMBS.items():
            known = [plain[f"{side} {word}"] for word in words if f"{side} {word}" in plain]
            found |= {f"{side}_{name}": known[0]} if known else {}
        for extra, needed in (("collar", "shoulder"), ("foot", "ankle")):
            if found.get(f"{side}_{extra}") == found.get(f"{side}_{needed}"):
                found.pop(f"{side}_{extra}", None)
        below = [j for j, p in enumerate(skeleton.parents) if p == found.get(f"{side}_ankle", -2)]
        if len(below) == 1:  # whatever it is called, or the end of the foot
            found.setdefault(f"{side}_foot", below[0])
    missing = [name for name in ("pelvis", "left_hip", "right_hip", "left_knee", "right_knee",
                                 "left_ankle", "right_ankle") if name not in found]  # fmt: skip
    if missing:
        raise DataError(
            f"the skeleton has no {', '.join(missing)} among {', '.join(skeleton.names[:40])}"
        )
    return found | _spine(skeleton, found)


def _own(skeleton: Skeleton) -> dict[str, int]:
    """SMPL's joints where the skeleton calls them so."""
    plain = {re.sub(r"\W", "_", name).lower(): i for i, name in enumerate(skeleton.names)}
    return {name: plain[name] for name in JOINT_NAMES if name in plain}


def _without_prefix(names: tuple[str, ...]) -> list[str]:
    """`Bip01 L Thigh` as `L Thigh`, where most names begin with the same word."""
    firsts = Counter(re.split(r"[\s_:|.-]", name)[0].lower() for name in names)
    first, count = firsts.most_common(1)[0]
    if 2 * count <= len(names) or first in ("l", "r", "left", "right", ""):
        return list(names)
    return [re.sub(rf"^{re.escape(first)}[\s_:|.-]+", "", name, flags=re.I) for name in names]


def _plain(name: str) -> str:
    """`mixamorig:LeftUpLeg`, `l_up_leg` and `UpLeg.L` as `left upleg`."""
    word = re.sub(r"^.*[:|]", "", name)
    ending = re.fullmatch(r"(.+?)[._ -](l|r|left|right)", word, re.IGNORECASE)
    if ending:
        word = f"{ending[2]}_{ending[1]}"
    word = re.sub(r"[^a-z0-9]", "", word.lower())
    every = {part for row in _LIMBS.values() for part in row}
    for side in ("left", "right"):
        for mark in (side, side[0]):
            if word.startswith(mark) and word[len(mark) :] in every:
                return f"{side} {word[len(mark) :]}"
    return word


def _spine(skeleton: Skeleton, found: dict[str, int]) -> dict[str, int]:
    """The joints between pelvis and neck, however many there are, as SMPL's three."""
    top = found.get("neck", found.get("head"))
    chain: list[int] = []
    joint = -1 if top is None else skeleton.parents[top]
    while joint >= 0 and joint != found["pelvis"]:
        chain.insert(0, joint)
        joint = skeleton.parents[joint]
    if joint < 0 or not chain:
        return {}
    picks = {1: (2,), 2: (0, 2)}.get(len(chain), (0, 1, 2))
    sources = chain if len(chain) < 3 else (chain[0], chain[len(chain) // 2], chain[-1])
    return {_SPINE[k]: source for k, source in zip(picks, sources, strict=True)}
