"""Bodies into files of every kind that is written, chosen by the ending or by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from meshgait.body import Body
from meshgait.errors import ConfigError
from meshgait.io.clip import as_clip
from meshgait.io.formats.amass import write_amass
from meshgait.io.formats.bvh import write_bvh
from meshgait.io.formats.gait3d import write_gait3d
from meshgait.io.formats.gltf import Actor, write_gltf
from meshgait.io.formats.mesh_sequence import MeshSuffix, write_mesh_sequence
from meshgait.io.track import BodyTrack
from meshgait.modalities.scene import AZIMUTH_DEG, ELEVATION_DEG
from meshgait.sequence.clips import save_clip
from meshgait.sequence.motion import save_motion

Target = Literal["motion", "clip", "gait3d", "amass", "bvh", "glb", "obj", "ply"]
_BY_SUFFIX: dict[str, Target] = {
    ".npz": "motion", ".bvh": "bvh", ".pkl": "gait3d", ".glb": "glb", ".obj": "obj", ".ply": "ply",
}  # fmt: skip

TIMED: frozenset[Target] = frozenset({"motion", "amass", "bvh", "glb"})  # hold a frame rate
_SUFFIXES: dict[Target, MeshSuffix] = {"obj": ".obj", "ply": ".ply"}


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
    azimuth_deg: float = AZIMUTH_DEG,
    elevation_deg: float = ELEVATION_DEG,
) -> Path:
    """Write `track` as `target`, or as the ending of `path` says; the file or folder written.

    `motion` is ours, upright; `glb` is one animated glTF file, without correctives; `clip` is that
    of `as_clip`, which `azimuth_deg` and `elevation_deg` are for; `gait3d` is a pickle, or a folder
    of ROMP's files; meshes are a folder named without the ending. `body` says where the pelvis is,
    `fps` holds where the track has none. Raises `ConfigError` for an ending that says nothing and
    `DataError` for what the target cannot hold.
    """
    path = Path(path)
    target = target or target_of(path)
    if target == "clip":
        clip = as_clip(
            track, path.stem, body=body, azimuth_deg=azimuth_deg, elevation_deg=elevation_deg
        )
        save_clip(path, clip)
    elif target == "gait3d":
        write_gait3d(path, track)
    elif target in _SUFFIXES:
        return _write_meshes(path, track, body, _SUFFIXES[target])
    elif target == "glb":
        write_gltf(path, actors_of({path.stem: track}, body, fps=fps), body)
    elif target == "motion":
        save_motion(path, track.to_motion(body, fps=fps))
    else:
        writers = {"amass": write_amass, "bvh": write_bvh}
        writers[target](path, track.to_motion(body, fps=fps), body)
    return path


def _write_meshes(path: Path, track: BodyTrack, body: Body, suffix: MeshSuffix) -> Path:
    folder = path.with_suffix("") if path.suffix.lower() == suffix else path
    motion = track.stacked(body, fps=track.assumed_fps)
    write_mesh_sequence(folder, motion.decode(body), suffix, frames=track.frames)
    return folder


def actors_of(
    tracks: Mapping[str, BodyTrack], body: Body, *, fps: float | None = None
) -> list[Actor]:
    """People of one video, each there from the first to the last of their frames."""
    first = min(int(track.frames[0]) for track in tracks.values())
    actors = []
    for name, track in tracks.items():
        motion = track.stacked(body, fps=fps)
        actors.append(Actor(name, motion, (track.frames - first) / motion.fps))
    return actors
