"""Gaps filled and jitter taken out, with rotations treated as rotations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.transform import Rotation, Slerp

from meshgait.errors import ConfigError
from meshgait.io.track import BodyTrack, WeakCamera


def fill_gaps(track: BodyTrack, longest: int = 12) -> BodyTrack:
    """Frames that are missing by their ids, where at most `longest` are missing in a row.

    Every joint turns the shortest way at an even pace; shape, place and camera go straight.
    """
    if longest < 0:
        raise ConfigError(f"the longest gap must be 0 frames or more, got {longest}")
    gaps = np.diff(track.frames)
    pieces = [
        np.arange(start, start + gap) if 1 < gap <= longest + 1 else np.array([start])
        for start, gap in zip(track.frames, gaps, strict=False)
    ]
    frames = np.concatenate([*pieces, track.frames[-1:]]).astype(np.int64)
    if len(frames) == len(track):
        return track
    known, wanted = (x.astype(np.float64) - track.frames[0] for x in (track.frames, frames))
    pose = [
        Slerp(known, Rotation.from_rotvec(track.pose[:, j].astype(np.float64)))(wanted).as_rotvec()
        for j in range(24)
    ]
    return _with(track, frames, np.stack(pose, axis=1), lambda rows: _straight(known, wanted, rows))


def smooth(track: BodyTrack, frames: float = 1.0) -> BodyTrack:
    """A weighted mean over neighbours, a Gaussian with a standard deviation of `frames`.

    Of rotations it is the mean of quaternions, of which each is taken with the sign that is nearer
    to its neighbour: q and -q are one rotation. Gaps are not smoothed across.
    """
    if not 0 < frames <= 1000:
        raise ConfigError(f"frames to smooth over must be above 0 and at most 1000, got {frames}")
    ends = np.flatnonzero(np.diff(track.frames) > 1) + 1
    runs = [run for run in np.split(np.arange(len(track)), ends) if len(run)]

    def average(rows: np.ndarray) -> np.ndarray:
        filtered = [gaussian_filter1d(rows[run].astype(np.float64), frames, axis=0, mode="nearest")
                    for run in runs]  # fmt: skip
        return np.concatenate(filtered)

    quaternions = nearest_signs(
        Rotation.from_rotvec(track.pose.reshape(-1, 3).astype(np.float64))
        .as_quat()
        .reshape(-1, 24, 4)
    )
    mean = average(quaternions).reshape(-1, 4)
    pose = Rotation.from_quat(mean).as_rotvec().reshape(-1, 24, 3)
    return _with(track, track.frames, pose, average)


def nearest_signs(quaternions: Float[np.ndarray, "T J 4"]) -> Float[np.ndarray, "T J 4"]:
    """The same rotations, each quaternion with the sign nearer to that of the frame before."""
    opposite = (quaternions[1:] * quaternions[:-1]).sum(-1) < 0
    signs = np.where(np.cumsum(opposite, axis=0) % 2, -1.0, 1.0)
    return np.concatenate([quaternions[:1], quaternions[1:] * signs[..., None]])


def _straight(known: np.ndarray, wanted: np.ndarray, rows: np.ndarray) -> np.ndarray:
    columns = [np.interp(wanted, known, column) for column in rows.astype(np.float64).T]
    return np.stack(columns, axis=1)


def _with(track: BodyTrack, frames: np.ndarray, pose: np.ndarray, change: object) -> BodyTrack:
    def changed(rows: np.ndarray) -> np.ndarray:
        return change(rows).astype(np.float32)  # type: ignore[operator]

    camera = track.camera
    return replace(
        track,
        frames=frames,
        pose=pose.astype(np.float32),
        betas=changed(track.betas),
        transl=None if track.transl is None else changed(track.transl),
        camera=None if camera is None else WeakCamera(changed(camera.cam), camera.convention),
    )
