"""Gaps filled and jitter taken out, with rotations treated as rotations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.transform import Rotation

from meshgait.errors import ConfigError
from meshgait.io.track import BodyTrack, WeakCamera
from meshgait.sequence.resample import Moments, clock


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
    moments = Moments.at(frames.astype(np.float64), track.frames.astype(np.float64))
    return _with(track, frames, moments.rotations(track.pose), moments.rows)


def resample(track: BodyTrack, fps: float) -> BodyTrack:
    """The same at another frame rate; ids count the new frames, and gaps stay gaps.

    Raises `ConfigError` for a rate that is not above 0 and where that of the track is unknown.
    """
    if not 0 < fps < np.inf or track.fps is None:
        raise ConfigError(
            f"a track of {track.fps or 'unknown'} frames a second cannot be resampled to {fps}; "
            "both rates must be known and above 0"
        )
    known = (track.frames - track.frames[0]) / track.fps
    wanted = clock(known[-1], fps)
    moments = Moments.at(wanted, known)
    is_far = np.diff(known, append=known[-1]) > 1.5 / track.fps
    kept = ~(is_far[moments.before] & (moments.share > 1e-6) & (moments.share < 1 - 1e-6))
    moments = Moments(moments.before[kept], moments.share[kept])
    frames = np.flatnonzero(kept).astype(np.int64)
    found = _with(track, frames, moments.rotations(track.pose), moments.rows)
    return replace(found, fps=float(fps))


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
