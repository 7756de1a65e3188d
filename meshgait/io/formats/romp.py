"""ROMP and BEV (Sun et al., ICCV 2021, CVPR 2022): .npz with `results`, a file a frame or a video.

The old code writes a list of people for each frame, `simple_romp` a dictionary of arrays over the
people; its video file adds `sequence_results`, keyed by track. A folder of such files is a video,
too: that is how Gait3D gives out its bodies. Cameras are ROMP's, `s * X + t`. The keys of one
frame follow the tool's source; those of the video file are recalled from the literature.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from meshgait.errors import DataError
from meshgait.io.content import Folder, read_content
from meshgait.io.link import link_people, take
from meshgait.io.recording import Format, first_value, has_keys
from meshgait.io.track import Track, TrackId, body_track, numbers

_POSES, _BETAS = ("smpl_thetas", "poses"), ("smpl_betas", "betas")
_REACH = 0.3  # of the picture's half side, from one frame to the next


def frame_of(path: Path, otherwise: int) -> int:
    """The frame in a file's name: the number after an f, as in human_crop_f17279, or the last."""
    marked = re.findall(r"(?:^|_)f(\d+)", path.stem) or re.findall(r"\d+", path.stem)
    return int(marked[-1]) if marked and len(marked[-1]) < 15 else otherwise


def _claims(content: Any) -> bool:
    if isinstance(content, Folder):
        files = content.files.get(".npz", ())
        return bool(files) and _claims(read_content(files[0]))
    if not has_keys(content, "results"):
        return False
    people = content["results"]
    inner = first_value(people) if isinstance(people, dict) else None
    return _is_frame(people) or _is_frame(inner) or "sequence_results" in content


def _is_frame(people: Any) -> bool:
    if isinstance(people, np.ndarray) and people.dtype == object and people.ndim == 1:
        people = people.tolist()
    if isinstance(people, list):
        return all(_is_frame(person) for person in people)
    return isinstance(people, dict) and (
        any(key in people for key in _POSES) or has_keys(people, "global_orient", "body_pose")
    )


def _tracks(content: Any) -> dict[TrackId, Track]:
    if isinstance(content, Folder):
        return _video(_frames_of(content))
    followed = content.get("sequence_results")
    if isinstance(followed, dict) and followed:
        return {_id(name): _sequence(rows) for name, rows in followed.items()}
    people = content["results"]
    if _is_frame(people):
        return _video({0: _people(people)})
    if not isinstance(people, dict):
        raise DataError("results are neither people nor frames")
    named = [(frame_of(Path(str(name)), i), rows) for i, (name, rows) in enumerate(people.items())]
    return _video({frame: _people(rows) for frame, rows in named})


def _frames_of(folder: Folder) -> dict[int, list[dict]]:
    frames: dict[int, list[dict]] = {}
    for i, file in enumerate(folder.files[".npz"]):
        content, frame = read_content(file), frame_of(file, i)
        if not has_keys(content, "results") or not _is_frame(content["results"]):
            continue  # the video file beside the frames
        if frame in frames:
            raise DataError(f"two files are of frame {frame}, the second {file.name}")
        frames[frame] = _people(content["results"])
    return frames


def _people(rows: Any) -> list[dict]:
    """One dictionary for each person of a frame, in whichever of the two forms it came."""
    if isinstance(rows, np.ndarray):
        rows = rows.tolist()
    if isinstance(rows, list):
        return rows
    count = len(_parameters(rows)[0].reshape(-1, 72))
    arrays = {k: np.asarray(v) for k, v in rows.items() if isinstance(v, (np.ndarray, list))}
    return [{k: v[i] for k, v in arrays.items() if len(v) == count} for i in range(count)]


def _parameters(person: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    pose = next((person[key] for key in _POSES if key in person), None)
    if pose is None:
        parts = [numbers(key, person[key]) for key in ("global_orient", "body_pose")]
        pose = np.concatenate([part.reshape(len(part), -1) for part in parts], axis=-1)
        pose = np.concatenate([pose, np.zeros((len(pose), 72 - pose.shape[1]))], axis=1)
    betas = next(person[key] for key in _BETAS if key in person)
    return numbers("pose", pose), numbers("betas", betas), numbers("camera", person["cam"])


def _single(person: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The parameters of one person in one frame; BEV's eleventh shape coefficient is left out."""
    if not any(key in person for key in _POSES):
        person = person | {
            k: np.reshape(person[k], (1, -1)) for k in ("global_orient", "body_pose")
        }
    pose, betas, cam = _parameters(person)
    return pose.reshape(72), betas.reshape(-1)[:10], cam.reshape(3)


def _video(frames: dict[int, list[dict]]) -> dict[TrackId, Track]:
    rows = {frame: [_single(p) for p in people] for frame, people in frames.items() if people}
    if not rows:
        raise DataError("nobody was found in any frame")
    ids = {frame: [person.get("track_ids") for person in frames[frame]] for frame in rows}
    places = {frame: np.stack([cam for _, _, cam in people]) for frame, people in rows.items()}
    if all(name is not None for names in ids.values() for name in names):
        links: dict[Any, list[tuple[int, int]]] = {}
        for frame in sorted(ids):
            for i, name in enumerate(ids[frame]):
                links.setdefault(_id(name), []).append((frame, i))
    else:
        links = dict(link_people(places, reach=_REACH))
    return {
        name: _track([frame for frame, _ in link], take(rows, link)) for name, link in links.items()
    }


def _track(frames: list[int], rows: list[tuple]) -> Track:
    pose, betas, cam = (np.stack(column) for column in zip(*rows, strict=True))
    return body_track(
        frames=frames, pose=pose, betas=betas, cam=cam, convention="romp", axes="camera"
    )


def _sequence(rows: dict) -> Track:
    pose, betas, cam = _parameters(rows)
    T = len(pose)
    frames = next((rows[key] for key in ("frame_id", "frame_ids") if key in rows), None)
    betas = betas.reshape(T, -1)[:, :10]
    return body_track(
        frames=frames, pose=pose.reshape(T, -1), betas=betas, cam=cam, convention="romp",
        axes="camera",
    )  # fmt: skip


def _id(name: Any) -> TrackId:
    return name if isinstance(name, str) else int(name)


ROMP = Format("romp", "ROMP or BEV", verified=True, claims=_claims, tracks=_tracks)
