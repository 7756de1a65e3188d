"""The 24 joints of SMPL on the source's rig: where they lie, and which bones each of them takes.

Besides the joints there are the finger segments, which only serve to half close the hands.
Together they are the parts; a part's index below 24 is its joint.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from body.source import Source

# Name, parent, the source's joint markers whose mean is the place, the source's bones it takes.
# "L" stands for both sides; the order is SMPL's once unrolled by JOINT_ORDER.
FINGERS = ("1", "2", "3", "4", "5")  # thumb first
_FACE = (
    "head jaw special01 special03 special04 special05 special06 levator02 levator03 levator04 "
    "levator05 levator06 oculi01 oculi02 orbicularis03 orbicularis04 oris01 oris02 oris03 oris04 "
    "oris05 oris06 oris07 risorius02 risorius03 temporalis01 temporalis02 eye tongue00 tongue01 "
    "tongue02 tongue03 tongue04 tongue05 tongue06 tongue07"
)
_TOES = " ".join(f"toe{k}-{i}" for k in range(1, 6) for i in range(1, 4) if (k, i) != (1, 3))
_CENTRE = {
    "pelvis": ("", "pelvis spine-4", "root pelvis spine05 spine04"),
    "spine1": ("pelvis", "spine-3", "spine03"),
    "spine2": ("spine1", "spine-2", "spine02 breast"),
    "spine3": ("spine2", "spine-1", "spine01"),
    "neck": ("spine3", "neck", "neck01 neck02 neck03"),
    "head": ("neck", "head", _FACE),
}
_SIDE = {
    "hip": ("pelvis", "l-upper-leg", "upperleg01 upperleg02"),
    "knee": ("hip", "l-knee", "lowerleg01 lowerleg02"),
    "ankle": ("knee", "l-ankle", "foot"),
    "foot": ("ankle", " ".join(f"l-toe-{k}-1" for k in range(1, 6)), _TOES),
    "collar": ("spine3", "l-clavicle l-scapula", "clavicle shoulder01"),
    "shoulder": ("collar", "l-shoulder", "upperarm01 upperarm02"),
    "elbow": ("shoulder", "l-elbow", "lowerarm01 lowerarm02"),
    "wrist": ("elbow", "l-hand", "wrist " + " ".join(f"metacarpal{k}" for k in range(1, 5))),
    "hand": ("wrist", " ".join(f"l-finger-{k}-1" for k in "2345"), ""),
} | {
    f"finger{k}-{i}": (
        "wrist" if i == 1 else f"finger{k}-{i - 1}",
        f"l-finger-{k}-{i}",
        f"finger{k}-{i}",
    )
    for k in FINGERS
    for i in (1, 2, 3)
}
JOINT_ORDER = [
    "pelvis", "hip.L", "hip.R", "spine1", "knee.L", "knee.R", "spine2", "ankle.L", "ankle.R",
    "spine3", "foot.L", "foot.R", "neck", "collar.L", "collar.R", "head", "shoulder.L",
    "shoulder.R", "elbow.L", "elbow.R", "wrist.L", "wrist.R", "hand.L", "hand.R",
]  # fmt: skip
PARTS = [
    *JOINT_ORDER,
    *(f"finger{k}-{i}.{side}" for k in FINGERS for i in (1, 2, 3) for side in "LR"),
]


@dataclass(frozen=True)
class Skeleton:
    """Parts of the body: `parents` (P,), `joint` (P,) the SMPL joint a part moves with.

    `mirror` (P,) pairs the sides; `markers` (P, 19158) makes part positions from source vertices;
    `weights` (19158, P) sum to 1.
    """

    parents: np.ndarray
    joint: np.ndarray
    mirror: np.ndarray
    markers: np.ndarray
    weights: np.ndarray


def build_skeleton(source: Source, bone_weights: dict[str, np.ndarray]) -> Skeleton:
    """Merge the source's bones into the parts."""
    index = {name: number for number, name in enumerate(PARTS)}
    parents, joint, mirror = (np.zeros(len(PARTS), dtype=np.int64) for _ in range(3))
    markers = np.zeros((len(PARTS), len(source.vertices)))
    weights = np.zeros((len(source.vertices), len(PARTS)))
    unused = set(bone_weights)
    for number, name in enumerate(PARTS):
        parent, names, bones = _recipe(name)
        parents[number] = index.get(parent, -1)
        mirror[number] = index[_other_side(name)]
        joint[number] = number if number < 24 else index[f"hand.{name[-1]}"]
        for marker in names:
            group = source.groups[f"joint-{marker}"]
            markers[number, group] += 1 / (len(group) * len(names))
        for bone in sorted(bones & unused):
            weights[:, number] += bone_weights[bone]
        unused -= bones
    if unused:
        raise ValueError(f"bones that no part takes: {sorted(unused)}")
    return Skeleton(parents, joint, mirror, markers, weights)


def limit_weights(parts: np.ndarray, skeleton: Skeleton, seam: int) -> np.ndarray:
    """Weights (H, P) of a half body's vertices, of the parts of at most four joints each.

    Joints below 0.001 are dropped too; the seam comes last and is made exactly symmetric.
    """
    parts = parts.copy()
    middle = slice(len(parts) - seam, None)
    parts[middle] = (parts[middle] + parts[middle][:, skeleton.mirror]) / 2
    joints = merge_parts(parts, skeleton)
    fifth = np.sort(joints, axis=1)[:, -5:-4]
    keep = (joints > fifth) & (joints >= 1e-3)
    parts *= keep[:, skeleton.joint]
    return parts / parts.sum(axis=1, keepdims=True)


def merge_parts(parts: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Skinning weights (H, 24) of the joints from those of the parts (H, P)."""
    weights = np.zeros((len(parts), len(JOINT_ORDER)))
    np.add.at(weights.T, skeleton.joint, parts.T)
    return weights


def _recipe(name: str) -> tuple[str, list[str], set[str]]:
    """Parent part, markers and bones of a part, sides filled in."""
    if name in _CENTRE:
        parent, markers, bones = _CENTRE[name]
        both = {f"{bone}{side}" for bone in bones.split() for side in ("", ".L", ".R")}
        return parent, markers.split(), both
    stem, side = name.split(".")
    parent, markers, bones = _SIDE[stem]
    if parent not in _CENTRE:
        parent = f"{parent}.{side}"
    swap = f"{side.lower()}-"
    return (
        parent,
        [marker.replace("l-", swap, 1) for marker in markers.split()],
        {f"{bone}.{side}" for bone in bones.split()},
    )


def _other_side(name: str) -> str:
    stem, dot, side = name.partition(".")
    return f"{stem}{dot}{'R' if side == 'L' else 'L'}" if side else name
