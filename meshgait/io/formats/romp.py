"""ROMP and BEV (Sun et al., ICCV 2021, CVPR 2022): .npz with `results`, a file a frame or a video.

What one frame holds is told in `romp_frame`; the video file of `simple_romp` adds
`sequence_results`, keyed by track. A folder of files of a frame each is a video, too: that is how
Gait3D gives out its bodies. Cameras are ROMP's, `s * X + t`. The keys of one frame follow the
tool's source; those of the video file are recalled from the literature.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from meshgait.errors import DataError
from meshgait.io.content import Folder, read_content
from meshgait.io.formats.romp_frame import Person, is_frame, people_of
from meshgait.io.link import link_people, take
from meshgait.io.recording import Format, first_value, has_keys
from meshgait.io.seen import Seen, seen_by_romp
from meshgait.io.track import BodyTrack, Track, TrackId, body_track, track_id

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
    return is_frame(people) or is_frame(inner) or "sequence_results" in content


def _tracks(content: Any) -> dict[TrackId, Track]:
    if isinstance(content, Folder):
        return _video(_frames_of(content))
    followed = content.get("sequence_results")
    if isinstance(followed, dict) and followed:
        return {track_id(name): _sequence(rows) for name, rows in followed.items()}
    people = content["results"]
    if is_frame(people):
        return _video({0: people_of(people)})
    if not isinstance(people, dict):
        raise DataError("results are neither people nor frames")
    named = [(frame_of(Path(str(name)), i), rows) for i, (name, rows) in enumerate(people.items())]
    return _video({frame: people_of(rows) for frame, rows in named})


def _seen(content: Any) -> dict[TrackId, Seen]:
    return {name: seen_by_romp(track) for name, track in _tracks(content).items()
            if isinstance(track, BodyTrack)}  # fmt: skip


def _frames_of(folder: Folder) -> dict[int, list[Person]]:
    frames: dict[int, list[Person]] = {}
    for i, file in enumerate(folder.files[".npz"]):
        content, frame = read_content(file), frame_of(file, i)
        if not has_keys(content, "results") or not is_frame(content["results"]):
            continue  # the video file beside the frames
        if frame in frames:
            raise DataError(f"two files are of frame {frame}, the second {file.name}")
        frames[frame] = people_of(content["results"])
    return frames


def _video(frames: dict[int, list[Person]]) -> dict[TrackId, Track]:
    rows = {frame: people for frame, people in frames.items() if people}
    if not rows:
        raise DataError("nobody was found in any frame")
    ids = {frame: [person.track for person in people] for frame, people in rows.items()}
    places = {frame: np.stack([p.cam for p in people]) for frame, people in rows.items()}
    if all(name is not None for names in ids.values() for name in names):
        links: dict[Any, list[tuple[int, int]]] = {}
        for frame in sorted(ids):
            for i, name in enumerate(ids[frame]):
                links.setdefault(track_id(name), []).append((frame, i))
    else:
        links = dict(link_people(places, reach=_REACH))
    return {
        name: _track([frame for frame, _ in link], take(rows, link)) for name, link in links.items()
    }


def _track(frames: Any, rows: list[Person]) -> Track:
    cam, pose, betas = (np.stack([row[i] for row in rows]) for i in range(3))
    return body_track(
        frames=frames, pose=pose, betas=betas, cam=cam, convention="romp", axes="camera"
    )


def _sequence(rows: dict) -> Track:
    """One person over the frames, in the form of several people in one frame."""
    frames = next((rows[key] for key in ("frame_id", "frame_ids") if key in rows), None)
    return _track(frames, people_of(rows))


ROMP = Format("romp", "ROMP or BEV", verified=True, claims=_claims, tracks=_tracks, seen=_seen)
