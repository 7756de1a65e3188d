"""Where a track does not go on as a person would: it may have switched to somebody else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from meshgait.io.track import BodyTrack, PointTrack, Track


@dataclass(frozen=True)
class Limits:
    """What nobody does from one frame to the next; over a gap of n frames n times as much.

    The shape is measured as a length in standard deviations, the camera in shares of the picture,
    points in shares of the person's height.
    """

    betas: float = 2.0
    turn_deg: float = 60.0
    metres: float = 0.5
    camera: float = 0.2
    points: float = 0.3


@dataclass(frozen=True)
class Jump:
    """What changed suddenly in `frame`, since the frame that is known before it."""

    frame: int
    what: str
    size: float


def find_jumps(track: Track, limits: Limits = Limits()) -> tuple[Jump, ...]:
    """Sudden changes of shape, direction or place, in the order of the frames.

    A gap in the frames excuses a longer way and a wider turn, but not another shape.
    """
    gaps = np.diff(track.frames).astype(np.float64)
    if isinstance(track, PointTrack):
        changes = {"place": (_middle_steps(track), limits.points * gaps)}
    else:
        changes = _body_changes(track, limits, gaps)
    jumps = [
        Jump(int(track.frames[i + 1]), what, float(size[i]))
        for what, (size, limit) in changes.items()
        for i in np.flatnonzero(size > limit)
    ]
    return tuple(sorted(jumps, key=lambda jump: jump.frame))


def _body_changes(
    track: BodyTrack, limits: Limits, gaps: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    root = Rotation.from_rotvec(track.pose[:, 0].astype(np.float64))
    turns = np.degrees((root[1:] * root[:-1].inv()).magnitude()) if len(track) > 1 else gaps
    changes = {
        "shape": (_steps(track.betas), np.full_like(gaps, limits.betas)),
        "direction": (turns, np.minimum(limits.turn_deg * gaps, 179.0)),
    }
    if track.transl is not None:
        changes["place"] = _steps(track.transl), limits.metres * gaps
    if track.camera is not None:
        changes["camera"] = _steps(track.camera.cam), limits.camera * gaps
    return changes


def _steps(rows: np.ndarray) -> np.ndarray:
    return np.linalg.norm(np.diff(rows.astype(np.float64), axis=0), axis=1)


def _middle_steps(track: PointTrack) -> np.ndarray:
    seen = track.confidence > 0
    seen |= ~seen.any(axis=1, keepdims=True)
    points = np.where(seen[..., None], track.points, np.nan)
    heights = np.nanmax(points, axis=1) - np.nanmin(points, axis=1)
    height = max(float(np.median(heights.max(axis=1))), 1e-9)
    return _steps(np.nanmedian(points, axis=1)) / height
