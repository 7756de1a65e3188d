"""Gait3D's bodies (Zheng et al., CVPR 2022): 85 numbers a frame, camera, pose and betas.

The pickles that OpenGait and Gait3D's benchmark train on hold one array (T, 85). The folders they
are made from have a file of ROMP for each frame, which `romp` reads and `write_gait3d` writes.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np

from meshgait.errors import DataError
from meshgait.files.storage import write_npz, written_whole
from meshgait.io.checked import numbers
from meshgait.io.frame_files import frame_files
from meshgait.io.recording import Format
from meshgait.io.track import BodyTrack, Track, TrackId, body_track


def _claims(content: Any) -> bool:
    if isinstance(content, list) and content and isinstance(content[0], np.ndarray):
        return content[0].shape == (85,)
    return isinstance(content, np.ndarray) and content.ndim == 2 and content.shape[1] == 85


def _tracks(content: Any) -> dict[TrackId, Track]:
    return {0: vector_track(content)}


def vector_track(smpl: Any, frames: Any = None) -> BodyTrack:
    """The track of vectors (T, 85), as a clip's `smpl` holds them."""
    smpl = numbers("smpl", smpl)
    return body_track(
        frames=frames, pose=smpl[:, 3:75], betas=smpl[:, 75:], cam=smpl[:, :3], convention="romp",
        axes="camera",
    )  # fmt: skip


def vectors(track: BodyTrack) -> np.ndarray:
    """The 85 numbers of each frame: ROMP's camera, pose, betas.

    Raises `DataError` for a track whose camera is unknown or of another convention.
    """
    camera = track.camera
    if camera is None or track.axes != "camera":
        raise DataError(
            "Gait3D's 85 numbers begin with a camera, which this track has not; convert to "
            "another format, such as .npz"
        )
    cam = camera.cam
    if camera.convention == "hmr":  # s * (X + t) = s * X + s * t
        cam = np.concatenate([cam[:, :1], cam[:, :1] * cam[:, 1:]], axis=1)
    return np.concatenate([cam, track.pose.reshape(-1, 72), track.betas], axis=1)


def write_gait3d(path: str | Path, track: BodyTrack) -> None:
    """Write a pickle (T, 85), or a folder of one .npz a frame where `path` has no ending."""
    path, smpl = Path(path), vectors(track)
    if path.suffix:
        with written_whole(path) as part:
            part.write_bytes(pickle.dumps(smpl, protocol=4))
        return
    files = frame_files(path, track.frames, "human_crop_f{:05d}.npz", len(smpl))
    for file, row in zip(files, smpl, strict=True):
        person = {"cam": row[:3], "poses": row[3:75], "betas": row[75:]}
        write_npz(file, results=np.array([person]))


GAIT3D = Format("gait3d", "Gait3D's 85 numbers", verified=True, claims=_claims, tracks=_tracks)
