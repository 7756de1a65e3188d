"""BVH (Biovision): a hierarchy of joints with Euler angles, read into SMPL's and written from it.

A skeleton with SMPL's 24 names is taken as it stands, any other is retargeted. What we write has
metres, y up, and the pelvis of the body at rest as the root's offset; the shape gets lost.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from meshgait.body import JOINT_NAMES, JOINT_PARENTS, Body
from meshgait.errors import DataError
from meshgait.files.storage import written_whole
from meshgait.io.checked import numbers
from meshgait.io.content import Text
from meshgait.io.recording import Format
from meshgait.io.retarget import retarget
from meshgait.io.skeleton import Skeleton
from meshgait.io.track import Track, TrackId, rest_joints
from meshgait.sequence.motion import Motion

_MOST_JOINTS = 1000
_CHANNELS = {f"{axis}{kind}".lower(): axis for axis in "XYZ" for kind in ("position", "rotation")}


@dataclass(frozen=True, eq=False)
class _Joint:
    """A joint or an end: what it hangs on (-1: nothing), and its channels in lower case."""

    name: str
    parent: int
    offset: list[float]
    channels: list[str]


def _claims(content: Any) -> bool:
    return isinstance(content, Text) and bool(re.match(r"\s*HIERARCHY\b", content.text, re.I))


def _tracks(content: Any) -> dict[TrackId, Track]:
    head, *tail = re.split(r"\bMOTION\b(?=\s*Frames\s*:)", content.text, maxsplit=1, flags=re.I)
    if not tail:
        raise DataError("there is no MOTION with 'Frames: ...' after the HIERARCHY")
    joints = _hierarchy(head)
    values, seconds = _motion(tail[0], sum(len(joint.channels) for joint in joints))
    offsets = numbers("OFFSET", [joint.offset for joint in joints])
    skeleton = Skeleton(tuple(j.name for j in joints), tuple(j.parent for j in joints), offsets)
    moved = skeleton.move(*_channel_values(joints, values))
    track = retarget(skeleton, *moved, fps=1 / seconds if seconds > 0 else None)
    if not any(name.endswith("position") for joint in joints for name in joint.channels):
        track = track.noted("the file does not say where the person is, who walks on the spot")
    return {0: track}


def _hierarchy(text: str) -> list[_Joint]:
    """Joints and ends in the order of the file; an end is called after the joint it ends."""
    joints: list[_Joint] = []
    open_joints: list[int] = []
    words = iter(text.replace("{", " { ").replace("}", " } ").split()[1:])
    for word in words:
        key = word.upper()
        if key in ("ROOT", "JOINT", "END"):
            name = " ".join(itertools.takewhile(lambda part: part != "{", words))
            parent = open_joints[-1] if open_joints else -1
            if key == "END":
                name = f"{joints[parent].name} end"
            open_joints.append(len(joints))
            joints.append(_Joint(name, parent, [0.0] * 3, []))
        elif key == "}":
            open_joints.pop()
        elif key == "OFFSET":
            joints[open_joints[-1]].offset[:] = [float(next(words)) for _ in range(3)]
        elif key == "CHANNELS":
            named = itertools.islice(words, int(next(words)))
            joints[open_joints[-1]].channels[:] = [name.lower() for name in named]
    _check_hierarchy(joints)
    return joints


def _check_hierarchy(joints: list[_Joint]) -> None:
    roots = [joint.name for joint in joints if joint.parent < 0]
    if len(roots) != 1 or len(joints) > _MOST_JOINTS:
        raise DataError(
            f"the hierarchy has {len(roots)} roots ({', '.join(roots[:5])}) and {len(joints)} "
            f"joints; one root and up to {_MOST_JOINTS} joints are read"
        )
    unknown = {name for joint in joints for name in joint.channels} - _CHANNELS.keys()
    if unknown:
        raise DataError(f"there is a channel {min(unknown)!r}; known are {', '.join(_CHANNELS)}")
    for joint in joints:
        moves = [name for name in joint.channels if name.endswith("position")]
        if len(set(moves)) < len(moves) or len(joint.channels) - len(moves) > 3:
            raise DataError(
                f"{joint.name} has the channels {', '.join(joint.channels)}; one position on each "
                "axis and up to three rotations are read"
            )


def _motion(text: str, width: int) -> tuple[np.ndarray, float]:
    found = re.match(r"\s*Frames\s*:\s*(\d+)\s+Frame\s+Time\s*:\s*(\S+)", text, re.I)
    if not found:
        raise DataError("MOTION does not begin with 'Frames: ...' and 'Frame Time: ...'")
    frames, seconds = int(found[1]), float(found[2])
    values = np.array(text[found.end() :].split(), dtype=np.float64)
    if frames < 1 or values.size != frames * width:
        raise DataError(
            f"{values.size} numbers are not {frames} frames of {width} channels; the file is cut"
        )
    if not 0 <= seconds <= 1:
        raise DataError(
            f"a frame takes {seconds:g} seconds, in which nobody's steps are seen; write 'Frame "
            "Time: 0.04' for 25 frames a second"
        )
    if not np.isfinite(values).all() or np.abs(values).max(initial=0) > 1e7:
        raise DataError("the motion holds NaN, infinity or absurd numbers")
    return values.reshape(frames, width), seconds


def _channel_values(
    joints: list[_Joint], values: Float[np.ndarray, "T C"]
) -> tuple[Float[np.ndarray, "T J 3 3"], Float[np.ndarray, "T J 3"]]:
    """How each joint is turned, and where it is, in the axes of the one that it hangs on."""
    T, column = len(values), 0
    turns = np.tile(np.eye(3), (T, len(joints), 1, 1))
    places = np.tile(np.array([joint.offset for joint in joints], np.float64), (T, 1, 1))
    for index, joint in enumerate(joints):
        own = list(zip(joint.channels, values[:, column:].T, strict=False))
        column += len(joint.channels)
        order = "".join(_CHANNELS[name] for name in joint.channels if name.endswith("rotation"))
        if order:
            angles = np.stack([way for name, way in own if name.endswith("rotation")], axis=1)
            euler = Rotation.from_euler(order, angles, degrees=True)
            turns[:, index] = euler.as_matrix().reshape(T, 3, 3)
        moved = {name[0]: way for name, way in own if name.endswith("position")}
        if moved:
            places[:, index] = _place(joint, moved)
    return turns, places


def _place(joint: _Joint, moved: dict[str, Float[np.ndarray, " T"]]) -> Float[np.ndarray, "T 3"]:
    """Where a joint with channels of position is: they stand for its offset or are added to it.

    Programs differ. A root's stand for it; another joint's are added where they are nearer to 0
    than to the offset.
    """
    known = ["xyz".index(axis) for axis in moved]
    offset, values = np.array(joint.offset), np.stack(list(moved.values()), axis=1)
    middle = np.median(values, axis=0)
    is_added = np.linalg.norm(middle) < np.linalg.norm(middle - offset[known])
    places = np.tile(offset, (len(values), 1))
    places[:, known] = values + (offset[known] if is_added and joint.parent >= 0 else 0.0)
    return places


def write_bvh(path: str | Path, motion: Motion, body: Body) -> None:
    """Write SMPL's skeleton of `body` with the motion's shape, in metres, and its rotations."""
    rest = rest_joints(body, motion.betas[None].astype(np.float32))[0].astype(np.float64)
    pose = motion.pose.reshape(-1, 3).astype(np.float64)
    matrices = Rotation.from_rotvec(pose).as_matrix().reshape(-1, 24, 3, 3)
    angles = _euler(matrices)[:, _depth_first()].reshape(len(motion.pose), 72)
    rows = np.concatenate([motion.transl.astype(np.float64) + rest[0], angles], axis=1)
    lines = ["HIERARCHY", *_lines(0, rest, 0), "MOTION", f"Frames: {len(rows)}"]
    lines.append(f"Frame Time: {1 / motion.fps:.9f}")
    lines += [" ".join(f"{x:.6f}" for x in row) for row in rows]
    with written_whole(path) as part:
        part.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _euler(m: Float[np.ndarray, "T J 3 3"]) -> Float[np.ndarray, "T J 3"]:
    """Degrees about z, x and y, of all that mean the same those nearest to the frame before.

    Where two axes coincide only the sum of their angles is known, which is split in half.
    """
    x = np.arcsin(np.clip(m[..., 2, 1], -1, 1))
    z, y = np.arctan2(-m[..., 0, 1], m[..., 1, 1]), np.arctan2(-m[..., 2, 0], m[..., 2, 2])
    locked = np.abs(m[..., 2, 1]) > 1 - 1e-9
    whole = np.arctan2(m[..., 1, 0], m[..., 0, 0])  # of z and, as x is up or down, y or -y
    found = np.stack([z, x, y], axis=-1)
    for t in range(len(found)):
        last = found[t - 1] if t else np.zeros_like(found[0])
        turned = found[t] * [1, -1, 1] + np.pi
        sign = np.sign(m[t, :, 2, 1])
        rest = _near(whole[t] - (last[:, 0] + sign * last[:, 2]), 0.0) / 2
        split = np.stack([last[:, 0] + rest, x[t], last[:, 2] + sign * rest], axis=-1)
        choices = np.stack([found[t], turned, split])
        choices = _near(choices, last)
        far = np.abs(choices - last).sum(axis=-1)
        best = np.where(locked[t], 2, far[:2].argmin(axis=0))
        found[t] = np.take_along_axis(choices, best[None, :, None], axis=0)[0]
    return np.degrees(found)


def _near(angle: np.ndarray, last: np.ndarray | float) -> np.ndarray:
    """The same angle, as near to `last` as whole turns bring it."""
    return angle - 2 * np.pi * np.round((angle - last) / (2 * np.pi))


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
