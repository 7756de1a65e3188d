"""BVH (Biovision): a hierarchy of joints with Euler angles, read into SMPL's and written from it.

A skeleton with SMPL's 24 names is taken as it stands, any other is retargeted. What we write has
metres, y up, and the pelvis of the body at rest as the root's offset; the shape gets lost.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from meshgait.body import JOINT_NAMES, JOINT_PARENTS, Body
from meshgait.errors import DataError
from meshgait.files.storage import written_whole
from meshgait.io.content import Text
from meshgait.io.recording import Format
from meshgait.io.retarget import Skeleton, retarget
from meshgait.io.track import Track, TrackId, numbers, rest_joints
from meshgait.sequence.motion import Motion

_MOST_JOINTS = 1000
_CHANNELS = {f"{axis}{kind}": axis for axis in "XYZ" for kind in ("position", "rotation")}


def _claims(content: Any) -> bool:
    return isinstance(content, Text) and content.text.lstrip().startswith("HIERARCHY")


def _tracks(content: Any) -> dict[TrackId, Track]:
    head, found, tail = content.text.partition("MOTION")
    if not found:
        raise DataError("there is no MOTION after the HIERARCHY")
    skeleton, channels = _hierarchy(head)
    values, seconds = _motion(tail, sum(map(len, channels)))
    rotations, place = _world(skeleton, channels, values)
    return {0: retarget(skeleton, rotations, place, fps=1 / seconds if seconds > 0 else None)}


def _hierarchy(text: str) -> tuple[Skeleton, list[list[str]]]:
    names: list[str] = []
    parents: list[int] = []
    offsets: list[list[float]] = []
    channels: list[list[str]] = []
    open_joints: list[int] = []  # -1 for an End Site, which has no channels
    words = iter(text.split()[1:])
    parent = -1
    for word in words:
        if word in ("ROOT", "JOINT"):
            parent = next((joint for joint in reversed(open_joints) if joint >= 0), -1)
            names.append(next(words))
            parents.append(parent)
            offsets.append([0.0, 0.0, 0.0])
            channels.append([])
        elif word == "{":
            is_end = len(open_joints) and len(names) - 1 in open_joints
            open_joints.append(-1 if is_end else len(names) - 1)
        elif word == "}":
            open_joints.pop()
        elif word == "OFFSET":
            offset = [float(next(words)) for _ in range(3)]
            if open_joints[-1] >= 0:
                offsets[open_joints[-1]] = offset
        elif word == "CHANNELS":
            channels[open_joints[-1]] = [next(words) for _ in range(min(int(next(words)), 6))]
    _check_hierarchy(parents, channels)
    skeleton = Skeleton(tuple(names), tuple(parents), numbers("OFFSET", offsets))
    return skeleton, channels


def _check_hierarchy(parents: list[int], channels: list[list[str]]) -> None:
    if parents.count(-1) != 1 or len(parents) > _MOST_JOINTS:
        raise DataError(
            f"the hierarchy has {parents.count(-1)} roots and {len(parents)} joints; one root and "
            f"up to {_MOST_JOINTS} joints are read"
        )
    unknown = {name for row in channels for name in row} - _CHANNELS.keys()
    if unknown:
        raise DataError(f"there is a channel {min(unknown)!r}; known are {', '.join(_CHANNELS)}")


def _motion(text: str, width: int) -> tuple[np.ndarray, float]:
    words = text.split()
    frames = int(words[words.index("Frames:") + 1])
    place = words.index("Time:") + 1
    values = np.array(words[place + 1 :], dtype=np.float64)
    if frames < 1 or values.size != frames * width:
        raise DataError(
            f"{values.size} numbers are not {frames} frames of {width} channels; the file is cut"
        )
    seconds = float(words[place])
    if not 0 <= seconds < 1e3:
        raise DataError(f"a frame takes {seconds} seconds")
    if not np.isfinite(values).all() or np.abs(values).max(initial=0) > 1e7:
        raise DataError("the motion holds NaN, infinity or absurd numbers")
    return values.reshape(frames, width), seconds


def _world(
    skeleton: Skeleton, channels: list[list[str]], values: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """World rotations (T, J, 3, 3) and the place of the root (T, 3)."""
    T, column = len(values), 0
    rotations = np.tile(np.eye(3), (T, len(channels), 1, 1))
    place = np.tile(skeleton.offsets[0].astype(np.float64), (T, 1))
    for joint, row in enumerate(channels):
        own = values[:, column : column + len(row)]
        column += len(row)
        turns = [i for i, name in enumerate(row) if name.endswith("rotation")]
        if turns:
            order = "".join(_CHANNELS[row[i]] for i in turns)
            euler = Rotation.from_euler(order, own[:, turns].reshape(T, -1), degrees=True)
            rotations[:, joint] = euler.as_matrix().reshape(T, 3, 3)
        if joint == 0:
            for i, name in enumerate(row):
                if name.endswith("position"):
                    place[:, "XYZ".index(_CHANNELS[name])] = own[:, i]
        else:
            rotations[:, joint] = rotations[:, skeleton.parents[joint]] @ rotations[:, joint]
    return rotations, place


def write_bvh(path: str | Path, motion: Motion, body: Body) -> None:
    """Write SMPL's skeleton of `body` with the motion's shape, in metres, and its rotations."""
    rest = rest_joints(body, motion.betas[None].astype(np.float32))[0].astype(np.float64)
    pose = Rotation.from_rotvec(motion.pose.reshape(-1, 3).astype(np.float64))
    order = _depth_first()
    angles = _euler(pose).reshape(len(motion.pose), 24, 3)[:, order].reshape(len(motion.pose), 72)
    rows = np.concatenate([motion.transl.astype(np.float64) + rest[0], angles], axis=1)
    lines = ["HIERARCHY", *_lines(0, rest, 0), "MOTION", f"Frames: {len(rows)}"]
    lines.append(f"Frame Time: {1 / motion.fps:.9f}")
    lines += [" ".join(f"{x:.6f}" for x in row) for row in rows]
    with written_whole(path) as part:
        part.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _euler(rotation: Rotation) -> np.ndarray:
    """Degrees about z, x and y; where two axes coincide any split of the angle is as good."""
    z, x, y = np.moveaxis(np.array(_zxy(rotation.as_matrix())), 0, 0)
    return np.degrees(np.stack([z, x, y], axis=1))


def _zxy(m: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x = np.arcsin(np.clip(m[:, 2, 1], -1, 1))
    locked = np.abs(m[:, 2, 1]) > 1 - 1e-9
    z = np.where(locked, np.arctan2(m[:, 1, 0], m[:, 0, 0]), np.arctan2(-m[:, 0, 1], m[:, 1, 1]))
    y = np.where(locked, 0.0, np.arctan2(-m[:, 2, 0], m[:, 2, 2]))
    return z, x, y


def _depth_first(joint: int = 0) -> list[int]:
    children = [child for child, parent in enumerate(JOINT_PARENTS) if parent == joint]
    return [joint, *(below for child in children for below in _depth_first(child))]


def _lines(joint: int, rest: np.ndarray, depth: int) -> list[str]:
    tab, parent = "  " * depth, JOINT_PARENTS[joint]
    offset = rest[joint] - (rest[parent] if parent >= 0 else 0)
    turns = "Zrotation Xrotation Yrotation"
    moves = f"6 Xposition Yposition Zposition {turns}" if parent < 0 else f"3 {turns}"
    children = [child for child, above in enumerate(JOINT_PARENTS) if above == joint]
    lines = [f"{tab}{'ROOT' if parent < 0 else 'JOINT'} {JOINT_NAMES[joint]}", f"{tab}{{"]
    lines += [f"{tab}  OFFSET {_words(offset)}", f"{tab}  CHANNELS {moves}"]
    for child in children:
        lines += _lines(child, rest, depth + 1)
    if not children:
        lines += [f"{tab}  End Site", f"{tab}  {{", f"{tab}    OFFSET {_words(offset / 2)}"]
        lines.append(f"{tab}  }}")
    return [*lines, f"{tab}}}"]


def _words(vector: np.ndarray) -> str:
    return " ".join(f"{x:.6f}" for x in vector)


BVH = Format("bvh", "BVH", verified=True, claims=_claims, tracks=_tracks)
