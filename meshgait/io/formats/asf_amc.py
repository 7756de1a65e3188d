"""ASF and AMC (Acclaim), as CMU's motion capture is given out: a skeleton and its motions.

The skeleton of `walk.amc` is `walk.asf`, that of `07_01.amc` `07.asf`, or the only .asf in the
folder. Bones turn about axes of their own, which are undone here. The files do not say how many
frames a second has; CMU's have 120. Recalled from the literature.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int
from scipy.spatial.transform import Rotation

from meshgait.errors import DataError
from meshgait.files.regular import read_text
from meshgait.io.checked import numbers, sort_frames
from meshgait.io.content import Text
from meshgait.io.recording import Format
from meshgait.io.retarget import retarget
from meshgait.io.skeleton import Skeleton
from meshgait.io.track import Track, TrackId

_MOST_BONES = 1000
_TURNS = {"rx": "x", "ry": "y", "rz": "z"}


def _claims(content: Any) -> bool:
    return isinstance(content, Text) and bool(
        re.search(r"^\s*:(FULLY-SPECIFIED|DEGREES|RADIANS)", content.text[:4000], re.M | re.I)
    )


def _tracks(content: Any) -> dict[TrackId, Track]:
    bones, degrees = _read_skeleton(_find_skeleton(content.path))
    names = list(bones)
    ids, frames = _read_motion(content.text, bones)
    unit = re.search(r"^\s*:(DEGREES|RADIANS)\b", content.text, re.M | re.I)
    degrees = unit[1].lower() == "degrees" if unit else degrees  # else as the skeleton's
    T = len(ids)
    turns = np.empty((T, len(names), 3, 3))
    for place, (name, bone) in enumerate(bones.items()):
        free = [(i, _TURNS[d]) for i, d in enumerate(bone["dof"]) if d in _TURNS]
        own = np.eye(3)[None]
        if free and name in frames:
            angles = frames[name][:, [i for i, _ in free]]
            order = "".join(axis for _, axis in free)
            own = Rotation.from_euler(order, angles, degrees=degrees).as_matrix()
        turns[:, place] = bone["axis"] @ own.reshape(-1, 3, 3) @ bone["axis"].T
    skeleton = _skeleton(bones)
    offsets = np.tile(skeleton.offsets.astype(np.float64), (T, 1, 1))
    way = [bones["root"]["dof"].index(axis) for axis in ("tx", "ty", "tz")]
    offsets[:, 0] = frames["root"][:, way]
    moved = skeleton.move(turns, offsets)
    return {0: retarget(skeleton, *moved, frames=ids, fps=None, usual_fps=120.0)}


def _skeleton(bones: dict[str, dict]) -> Skeleton:
    """Joints at the start of every bone; a bone begins where the one above it ends."""
    names = list(bones)
    parents = [-1 if b["parent"] is None else names.index(b["parent"]) for b in bones.values()]
    rows = list(bones.values())
    offsets = [np.zeros(3) if p < 0 else rows[p]["bone"] for p in parents]
    return Skeleton(tuple(names), tuple(parents), numbers("bones", np.array(offsets)))


def _find_skeleton(motion: Path) -> Path:
    stems = (motion.stem, motion.stem.split("_")[0])
    beside = sorted(motion.parent.glob("*.asf"))
    named = [path for stem in stems for path in beside if path.stem == stem]
    if not named and len(beside) != 1:
        raise DataError(f"its skeleton is not beside it: give {motion.parent / stems[1]}.asf")
    return (named or beside)[0]


def _read_skeleton(path: Path) -> tuple[dict[str, dict], bool]:
    """Bones by name, parents before children, the root first; whether angles are degrees."""
    try:
        text = read_text(path)
        sections = re.split(r"^:", re.sub(r"#.*", "", text), flags=re.MULTILINE)
        parts = {
            s.split(maxsplit=1)[0].lower(): s.partition("\n")[2] for s in sections if s.strip()
        }
        degrees = not re.search(r"angle\s+rad", parts.get("units", ""), re.IGNORECASE)
        bones = {"root": _root(parts["root"], degrees)}
        for block in re.findall(r"begin(.*?)end", parts["bonedata"], re.DOTALL):
            bone = _bone(block, degrees)
            bones[bone.pop("name")] = bone
        return _ordered(bones, parts["hierarchy"]), degrees
    except (KeyError, ValueError, IndexError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"{path} is not a whole ASF skeleton: {error!r}") from error


def _root(text: str, degrees: bool) -> dict[str, Any]:
    rows = {words[0].lower(): words[1:] for words in map(str.split, text.splitlines()) if words}
    turn = Rotation.from_euler(
        rows["axis"][0].lower(), [float(x) for x in rows["orientation"]], degrees=degrees
    )
    order = [word.lower() for word in rows["order"]]
    return {"dof": order, "axis": turn.as_matrix(), "bone": np.zeros(3), "parent": None}


def _bone(text: str, degrees: bool) -> dict[str, Any]:
    rows = {words[0].lower(): words[1:] for words in map(str.split, text.splitlines()) if words}
    direction = np.array([float(x) for x in rows["direction"]])
    turn = Rotation.from_euler(
        rows["axis"][3].lower(), [float(x) for x in rows["axis"][:3]], degrees=degrees
    )
    return {
        "name": rows["name"][0],
        "bone": direction * float(rows["length"][0]),
        "axis": turn.as_matrix(),
        "dof": [word.lower() for word in rows.get("dof", [])],
        "parent": None,
    }


def _ordered(bones: dict[str, dict], hierarchy: str) -> dict[str, dict]:
    found = {"root": bones["root"]}
    for words in map(str.split, hierarchy.splitlines()):
        if words and words[0] in found:
            for child in words[1:]:
                if child in found:
                    raise ValueError(f"{child} hangs on two bones")
                found[child] = bones[child] | {"parent": words[0]}
    if len(found) > _MOST_BONES:
        raise ValueError(f"more than {_MOST_BONES} bones")
    return found


def _read_motion(
    text: str, bones: dict[str, dict]
) -> tuple[Int[np.ndarray, " T"], dict[str, np.ndarray]]:
    """The numbers of the frames, ascending, and of every bone (T, its degrees of freedom)."""
    rows: dict[str, list[list[float]]] = {}
    ids: list[int] = []
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith((":", "#")):
            continue
        if len(words) == 1 and words[0] not in bones:
            ids.append(int(words[0]))
        elif words[0] in bones:
            rows.setdefault(words[0], []).append([float(word) for word in words[1:]])
    for name, values in rows.items():
        wide = {len(row) for row in values}
        if len(values) != len(ids) or wide != {len(bones[name]["dof"])}:
            raise DataError(
                f"{name} has not its {len(bones[name]['dof'])} numbers in all {len(ids)} frames"
            )
    if not ids or "root" not in rows:
        raise DataError("the motion has no frames")
    order, frames = sort_frames(ids, len(ids))
    found = {name: numbers(name, values).astype(np.float64) for name, values in rows.items()}
    return frames, {name: values[order] for name, values in found.items()}


ASF_AMC = Format("amc", "ASF/AMC", verified=False, claims=_claims, tracks=_tracks)
