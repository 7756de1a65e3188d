"""Bodies for a person in a video: landmarks in metres, then silhouettes before a camera at rest."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d

from meshgait.body import JOINT_NAMES, Body
from meshgait.camera import Camera
from meshgait.errors import DataError
from meshgait.fitting import Fit, FitConfig, Start, fit_silhouettes
from meshgait.io import fit_joints
from meshgait.io.track import PointTrack
from meshgait.sequence import GaitSequence
from meshgait.video.people import Person
from meshgait.video.rows import MASK, Rows

LEAST_RUN = 12  # whole frames in a row that bodies are fitted to
_LONGEST_RUN = 150  # frames that are fitted at once, because of memory
_PAUSE = 1  # lost frames that are put between their neighbours
_SECONDS = {"fast": 0.12, "full": 0.6}  # a frame, on one core
_CONFIGS = {
    "fast": FitConfig(rigid_steps=20, pose_steps=40, yaws_deg=(0.0,), resolution=64),
    "full": FitConfig(
        rigid_steps=60, pose_steps=200, yaws_deg=(0.0,), smoothness=0.01, motion=0.03
    ),
}
_STILL, _UNSURE = 0.45, 0.15  # heights a second of a foot that stands; and how sharply it is told
_SMOOTH_S = 0.04

# SMPL's joints as means of landmarks by their numbers.
_SOURCES = {
    "left_hip": (23,), "right_hip": (24,), "left_knee": (25,), "right_knee": (26,),
    "left_ankle": (27,), "right_ankle": (28,),
    "left_foot": (31, 31, 29), "right_foot": (32, 32, 30),
    "left_shoulder": (11,), "right_shoulder": (12,), "left_elbow": (13,), "right_elbow": (14,),
    "left_wrist": (15,), "right_wrist": (16,), "head": (7, 8),
}  # fmt: skip
_IN_PICTURE = tuple(name for name in _SOURCES if name not in ("head", "left_foot", "right_foot"))


@dataclass(frozen=True, eq=False)
class Lifted:
    """Fits of a person, one for each run of frames; `frames` are the numbers of each.

    `camera` is that of the video.
    """

    fits: tuple[Fit, ...]
    frames: tuple[np.ndarray, ...]
    error_px: float
    camera: Camera

    def add_to(self, clip: GaitSequence) -> GaitSequence:
        """The clip's frames that have a body, with `smpl`."""
        body = Body.embedded()
        smpl = np.concatenate([fit.to_clip(body, clip.subject).frames["smpl"] for fit in self.fits])
        numbers = np.concatenate(self.frames)
        kept = np.isin(clip.frames["frame"], numbers)
        order = np.searchsorted(numbers, clip.frames["frame"][kept])
        chosen = clip.take(np.flatnonzero(kept))
        return replace(chosen, frames={**chosen.frames, "smpl": smpl[order]})

    def describe(self) -> dict[str, Any]:
        """Overlap with the silhouettes, and how far joints are off in the picture."""
        iou = torch.cat([fit.iou for fit in self.fits])
        return {
            "iou": round(float(iou.median()), 3),
            "joints_px": round(self.error_px, 1),
            "fitted_frames": int(sum(map(len, self.frames))),
        }

    def save(self, path: Path) -> None:
        """Write the longest run, as `meshgait fit` writes a fit, before the video's own camera."""
        which = max(range(len(self.fits)), key=lambda k: len(self.frames[k]))
        replace(self.fits[which], camera=self.camera, frame=self.frames[which]).save(path)


def lift(
    person: Person,
    size: tuple[int, int],
    fps: float,
    fov_deg: float,
    mode: Literal["fast", "full"],
    say: Callable[[str], object] = lambda text: None,
) -> Lifted:
    """Fit bodies to the runs of a person's whole frames.

    The camera is thought to be at rest, held level, with a vertical field of view of `fov_deg`.
    Raises `DataError` where no run is long enough.
    """
    runs = runs_of(person.whole)
    count = sum(map(len, runs))
    if not runs:
        raise DataError(
            f"{person.name} has no {LEAST_RUN} whole frames in a row, to which bodies are fitted"
        )
    say(f"fitting {person.name}: {count} frames, about {count * _SECONDS[mode]:.0f} s on one core")
    began = time.monotonic()
    fits, errors = [], []
    for run in runs:
        fit = _fit(run, size, fps, fov_deg, mode)
        fits.append(fit)
        errors.append(_error_px(fit, run, size, fov_deg))
    say(f"fitted {person.name} in {time.monotonic() - began:.0f} s")
    return Lifted(tuple(fits), tuple(run.frame for run in runs), float(np.median(errors)),
                  video_camera(size, fov_deg))  # fmt: skip


def runs_of(rows: Rows) -> list[Rows]:
    """Frames in a row, of which few are missing, in parts of a bearable length."""
    ends = np.flatnonzero(np.diff(rows.frame) > 1 + _PAUSE) + 1
    found = []
    for part in np.split(np.arange(len(rows)), ends):
        count = -(-len(part) // _LONGEST_RUN)
        found += [rows.take(some) for some in np.array_split(part, max(count, 1))]
    return [run for run in found if len(run) >= LEAST_RUN]


def _fit(
    rows: Rows, size: tuple[int, int], fps: float, fov_deg: float, mode: Literal["fast", "full"]
) -> Fit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # landmarks are far from joints: silhouettes come after
        track = fit_joints(points_of(rows, fps))
    start = Start(
        torch.from_numpy(track.pose.reshape(-1, 72)),
        torch.from_numpy(track.betas.mean(0)),
        stance=torch.from_numpy(stance(rows, fps)),
    )
    return fit_silhouettes(
        rows.masks(),
        camera=camera_of(rows, size, fov_deg),
        start=start,
        joints_px=_joints_px(rows),
        fps=fps,
        config=_CONFIGS[mode],
    )


def points_of(rows: Rows, fps: float) -> PointTrack:
    """Joints in metres as the landmarks have them, smoothed a little."""
    joints = {name: rows.world[:, list(of)].mean(1) for name, of in _SOURCES.items()}
    points = np.stack(list(joints.values()), axis=1).astype(np.float64)
    points = gaussian_filter1d(points, _SMOOTH_S * fps, axis=0, mode="nearest")
    return PointTrack(
        rows.frame, points.astype(np.float32), np.ones(points.shape[:2], np.float32),
        tuple(joints), "m", "camera", fps,
    )  # fmt: skip


def video_camera(size: tuple[int, int], fov_deg: float) -> Camera:
    """The camera of whole pictures, at the origin."""
    height, width = size
    focal = height / 2 / np.tan(np.deg2rad(fov_deg) / 2)
    upright = torch.diag(torch.tensor([1.0, -1.0, -1.0]))
    middle = torch.tensor([width / 2, height / 2])
    return Camera(upright, torch.zeros(3), torch.full((2,), float(focal)), middle, size)


def camera_of(rows: Rows, size: tuple[int, int], fov_deg: float) -> Camera:
    """The camera of the video, at the origin, for the square of each mask."""
    height, width = size
    focal = height / 2 / np.tan(np.deg2rad(fov_deg) / 2)
    scale = MASK / rows.square[:, 2:].astype(np.float64)
    center = (np.array([width / 2, height / 2]) - rows.square[:, :2]) * scale
    count = len(rows)
    upright = torch.diag(torch.tensor([1.0, -1.0, -1.0])).expand(count, 3, 3)
    return Camera(
        upright,
        torch.zeros(count, 3),
        torch.from_numpy(np.repeat(focal * scale, 2, axis=1)).float(),
        torch.from_numpy(center).float(),
        (MASK, MASK),
    )


def _joints_px(rows: Rows) -> Float[np.ndarray, "T 24 3"]:
    """Joints in the squares of the masks, with their visibility; 0 for those without a landmark."""
    found = np.zeros((len(rows), 24, 3), np.float32)
    scale = MASK / rows.square[:, 2, None]
    for name in _IN_PICTURE:
        (number,) = _SOURCES[name]
        joint = JOINT_NAMES.index(name)
        found[:, joint, :2] = (rows.points[:, number] - rows.square[:, :2]) * scale
        found[:, joint, 2] = rows.visibility[:, number]
    return found


def _error_px(fit: Fit, rows: Rows, size: tuple[int, int], fov_deg: float) -> float:
    """Median distance of the joints from their landmarks, in pixels of the video."""
    joints = fit.motion.decode(Body.embedded()).require_joints()
    found = camera_of(rows, size, fov_deg).project(joints).numpy()
    wanted = _joints_px(rows)
    off = np.linalg.norm(found - wanted[..., :2], axis=-1) * rows.square[:, 2, None] / MASK
    return float(np.median(off[wanted[..., 2] > 0]))


def stance(rows: Rows, fps: float) -> Float[np.ndarray, "T 2"]:
    """How surely each foot stands: it does not move in the picture of a camera at rest."""
    height = float(np.median(np.ptp(rows.points[..., 1], axis=1)))
    found = []
    for heel, toe, ankle in ((29, 31, 27), (30, 32, 28)):
        foot = rows.points[:, [heel, toe, ankle]].astype(np.float64) / max(height, 1e-9)
        smooth = gaussian_filter1d(foot, _SMOOTH_S * fps, axis=0, mode="nearest")
        seconds = rows.frame / fps
        speed = np.linalg.norm(np.gradient(smooth, seconds, axis=0), axis=-1)
        found.append(1 / (1 + np.exp((np.median(speed, axis=1) - _STILL) / _UNSURE * 4)))
    return np.stack(found, axis=1).astype(np.float32)
