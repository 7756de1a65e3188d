"""The motion of any human skeleton as SMPL's: rotations by the names of joints.

A skeleton at rest need not stand as SMPL's does: each bone of SMPL is first turned the shortest
way onto its like. The height of the hips is kept in lengths of the leg, so that feet which stood
on the floor still do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from meshgait.body import JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS, Body
from meshgait.errors import DataError
from meshgait.io.track import Axes, BodyTrack, body_track, rest_joints

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
# The bone whose direction a joint decides, beside the torso, which is turned as one.
_BONE_END = {
    f"{side}_{start}": f"{side}_{end}"
    for side in ("left", "right")
    for start, end in (("hip", "knee"), ("knee", "ankle"), ("ankle", "foot"),
                       ("shoulder", "elbow"), ("elbow", "wrist"))
} | {"neck": "head"}  # fmt: skip


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


@lru_cache(maxsize=1)
def smpl_rest() -> Float[np.ndarray, "24 3"]:
    """The joints of the embedded body of mean shape."""
    return rest_joints(Body.embedded(), np.zeros((1, 10), np.float32))[0].astype(np.float64)


def retarget(
    skeleton: Skeleton,
    rotations: Float[np.ndarray, "T J 3 3"],
    place: Float[np.ndarray, "T 3"],
    *,
    fps: float | None,
) -> BodyTrack:
    """SMPL's motion from the world rotations of a skeleton's joints and the place of its root.

    Raises `DataError` for a skeleton without hips and knees.
    """
    names = match_names(skeleton)
    is_smpl = all(names.get(name) == _own(skeleton).get(name, -1) for name in JOINT_NAMES)
    rest = skeleton.rest()
    turn = np.tile(np.eye(3), (24, 1, 1)) if is_smpl else _corrections(rest, names)
    world = np.empty((len(rotations), 24, 3, 3))
    for joint, (name, parent) in enumerate(zip(JOINT_NAMES, JOINT_PARENTS, strict=True)):
        source = names.get(name)
        world[:, joint] = world[:, parent] if source is None else rotations[:, source] @ turn[joint]
    local = world.copy()
    for joint, parent in enumerate(JOINT_PARENTS):
        if parent >= 0:
            local[:, joint] = np.swapaxes(world[:, parent], 1, 2) @ world[:, joint]
    pose = Rotation.from_matrix(local.reshape(-1, 3, 3)).as_rotvec().reshape(-1, 24, 3)
    scale = _scale(rest, names, is_smpl)
    start = rest[names["pelvis"]] * scale
    is_offset = is_smpl and np.linalg.norm(start) > 1e-4
    return body_track(
        frames=None,
        pose=pose,
        transl=place * scale - start if is_offset else place * scale,
        axes=_axes(rest, names),
        fps=fps,
        moved="origin" if is_offset else "pelvis",
    )


def match_names(skeleton: Skeleton) -> dict[str, int]:
    """Which joint of the skeleton is which of SMPL's; those that have no like are left out."""
    own = _own(skeleton)
    if len(own) == len(JOINT_NAMES):
        return own
    plain = {_plain(name): joint for joint, name in reversed(list(enumerate(skeleton.names)))}
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


def _corrections(
    rest: Float[np.ndarray, "J 3"], names: dict[str, int]
) -> Float[np.ndarray, "24 3 3"]:
    """How each bone of SMPL at rest is turned onto that of the skeleton."""
    ours = smpl_rest()
    torso = [name for name in ("left_hip", "right_hip", "spine3", "neck") if name in names]
    a = np.stack([ours[JOINT_INDEX[name]] - ours[0] for name in torso])
    b = np.stack([rest[names[name]] - rest[names["pelvis"]] for name in torso])
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


def _scale(rest: Float[np.ndarray, "J 3"], names: dict[str, int], is_smpl: bool) -> float:
    """Metres in one unit of the file."""
    theirs, ours = _leg(rest, names), _leg(smpl_rest(), JOINT_INDEX)
    if not 1e-6 < theirs < 1e9:
        raise DataError(f"the skeleton's leg is {theirs:.3g} long")
    if is_smpl:  # the same bones but for the person's shape: only the unit is unknown
        return float(10.0 ** np.round(np.log10(ours / theirs)))
    return ours / theirs


def _leg(rest: np.ndarray, names: dict[str, int]) -> float:
    hip, knee, ankle = (rest[names[f"left_{name}"]] for name in ("hip", "knee", "ankle"))
    return float(np.linalg.norm(hip - knee) + np.linalg.norm(knee - ankle))


def _axes(rest: np.ndarray, names: dict[str, int]) -> Axes:
    up = rest[names["pelvis"]] - (rest[names["left_ankle"]] + rest[names["right_ankle"]]) / 2
    return "z up" if abs(up[2]) > abs(up[1]) else "y up"


def kabsch(
    a: Float[np.ndarray, "*batch N 3"], b: Float[np.ndarray, "*batch N 3"]
) -> Float[np.ndarray, "*batch 3 3"]:
    """The rotations that turn the vectors `a` nearest to `b` (Kabsch, 1976)."""
    u, _, vt = np.linalg.svd(np.swapaxes(b, -1, -2) @ a)
    sign = np.ones((*u.shape[:-2], 3))
    sign[..., 2] = np.where(np.linalg.det(u @ vt) < 0, -1.0, 1.0)
    return (u * sign[..., None, :]) @ vt


def shortest_turn(
    a: Float[np.ndarray, "*batch 3"], b: Float[np.ndarray, "*batch 3"]
) -> Float[np.ndarray, "*batch 3 3"]:
    """The smallest rotations that turn the directions `a` into `b`; none where one is 0."""
    lengths = np.linalg.norm(a, axis=-1), np.linalg.norm(b, axis=-1)
    known = (lengths[0] > 1e-9) & (lengths[1] > 1e-9)
    a, b = (
        x / np.where(known, size, 1.0)[..., None] for x, size in zip((a, b), lengths, strict=True)
    )
    axis, cosine = np.cross(a, b), (a * b).sum(-1)
    sine = np.linalg.norm(axis, axis=-1)
    other = np.cross(a, np.where(np.abs(a[..., :1]) < 0.9, [1.0, 0, 0], [0, 1.0, 0]))
    axis = np.where((sine > 1e-9)[..., None], axis, other)
    axis = axis / np.maximum(np.linalg.norm(axis, axis=-1, keepdims=True), 1e-12)
    angle = np.where(known, np.arctan2(sine, cosine), 0.0)
    vectors = (axis * angle[..., None]).reshape(-1, 3)
    return Rotation.from_rotvec(vectors).as_matrix().reshape(*a.shape, 3)
