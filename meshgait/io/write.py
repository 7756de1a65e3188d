"""Bodies into files of every kind that is written, chosen by the ending or by name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

import numpy as np

from meshgait.body import Body
from meshgait.errors import ConfigError
from meshgait.io.formats.amass import write_amass
from meshgait.io.formats.bvh import write_bvh
from meshgait.io.formats.gait3d import vectors, write_gait3d
from meshgait.io.formats.mesh_sequence import write_mesh_sequence
from meshgait.io.track import BodyTrack
from meshgait.sequence.clips import save_clip
from meshgait.sequence.motion import save_motion
from meshgait.sequence.sequence import GaitSequence

Target = Literal["motion", "clip", "gait3d", "amass", "bvh", "glb", "obj", "ply"]
_BY_SUFFIX: dict[str, Target] = {
    ".npz": "motion", ".bvh": "bvh", ".pkl": "gait3d", ".glb": "glb", ".obj": "obj", ".ply": "ply",
}  # fmt: skip


def target_of(path: str | Path) -> Target:
    """What the ending of `path` asks for; `ConfigError` lists the words there are."""
    found = _BY_SUFFIX.get(Path(path).suffix.lower())
    if found is None:
        raise ConfigError(
            f"the ending of {path} says nothing; choose one of {', '.join(get_args(Target))}"
        )
    return found


def write(
    path: str | Path,
    track: BodyTrack,
    body: Body,
    target: Target | None = None,
    *,
    fps: float | None = None,
) -> None:
    """Write `track` as `target`, or as the ending of `path` says.

    `motion` is ours, upright; `clip` has the 85 numbers that networks read and the frame ids;
    `gait3d` is a pickle, or a folder of ROMP's files; meshes are a folder named without the
    ending. `body` says where the pelvis is, `fps` holds where the track has none. Raises
    `ConfigError` for an ending that says nothing and `DataError` for what the target cannot hold.
    """
    path = Path(path)
    target = target or target_of(path)
    if target == "clip":
        return save_clip(path, as_clip(track, path.stem))
    if target == "gait3d":
        return write_gait3d(path, track)
    is_timed = target in ("motion", "amass", "bvh")
    motion = track.to_motion(body, fps=fps if is_timed else track.usual_fps)
    if target == "motion":
        return save_motion(path, motion)
    if target == "amass":
        return write_amass(path, motion, body)
    if target == "bvh":
        return write_bvh(path, motion, body)
    folder = path.with_suffix("") if path.suffix == f".{target}" else path
    suffixes = {"glb": ".glb", "obj": ".obj", "ply": ".ply"}
    write_mesh_sequence(folder, motion.decode(body), suffixes[target], frames=track.frames)  # type: ignore[arg-type]
    return None


def as_clip(track: BodyTrack, subject: str) -> GaitSequence:
    """The track as a sequence with `smpl` (T, 85) and `frame` ids, which networks can be fed."""
    frames = {"smpl": vectors(track), "frame": np.asarray(track.frames)}
    return GaitSequence(subject, "unknown", "unknown", frames)
