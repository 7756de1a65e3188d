"""PHALP and 4D-Humans (Rajasegaran et al., CVPR 2022; Goel et al., ICCV 2023): joblib, by frame.

Each picture's name leads to lists over the people: `tid`, `smpl` with rotation matrices, `camera`,
and `tracked_time`, above 0 where the tracker only repeats what it saw last: that is left out.
`camera` is a translation in the axes of a camera with HMR's long focal length, so it is far away.
The keys follow the source of PHALP, through which TokenHMR tracks, too (and CameraHMR, it is said).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from meshgait.errors import DataError
from meshgait.io.checked import numbers
from meshgait.io.recording import Format, first_value, has_keys
from meshgait.io.seen import Seen, hmr_focal, seen_from_the_middle
from meshgait.io.track import BodyTrack, Track, TrackId, body_track


def _claims(content: Any) -> bool:
    return has_keys(first_value(content), "tid", "smpl")


def _tracks(content: Any) -> dict[TrackId, Track]:
    rows: dict[int, list[tuple]] = {}
    for place, frame in enumerate(content.values()):
        stale = frame.get("tracked_time", [0] * len(frame["tid"]))
        cameras = frame.get("camera", [np.zeros(3)] * len(frame["tid"]))
        people = zip(frame["tid"], frame["smpl"], cameras, stale, strict=True)
        for name, smpl, camera, age in people:
            if not age:
                when = int(frame.get("time", place))
                rows.setdefault(int(name), []).append((when, *_pose(smpl), camera))
    if not rows:
        raise DataError("nobody was tracked in any frame")
    return {name: _track(track) for name, track in rows.items()}


def _seen(content: Any) -> dict[TrackId, Seen]:
    tracks = _tracks(content).items()
    return {name: seen_from_the_middle(track, hmr_focal) for name, track in tracks
            if isinstance(track, BodyTrack)}  # fmt: skip


def _pose(smpl: dict) -> tuple[np.ndarray, np.ndarray]:
    parts = [numbers("pose", smpl[key]) for key in ("global_orient", "body_pose")]
    is_matrix = parts[1].size == 23 * 9
    width = (3, 3) if is_matrix else (3,)
    joined = np.concatenate([part.reshape(-1, *width) for part in parts])
    return joined, numbers("betas", smpl["betas"]).reshape(-1)[:10]


def _track(rows: list[tuple]) -> Track:
    frames, pose, betas, camera = zip(*rows, strict=True)
    return body_track(
        frames=frames, pose=np.stack(pose), betas=np.stack(betas), transl=np.stack(camera),
        axes="camera",
    )  # fmt: skip


PHALP = Format(
    "phalp", "PHALP, 4D-Humans or TokenHMR", verified=True, claims=_claims, tracks=_tracks,
    seen=_seen,
)  # fmt: skip
