"""What importers return: people followed over frames, as bodies or as points."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.spatial.transform import Rotation

from meshgait.body import Body
from meshgait.body.kinds import SMPLX, Kind
from meshgait.errors import DataError
from meshgait.io.checked import (
    frame_rate,
    matrices_to_axis_angle,
    numbers,
    sort_frames,
    three_a_frame,
)
from meshgait.io.own_shape import SMPLX_PELVIS, OwnShape, of_shared_joints
from meshgait.sequence.motion import Motion, require_radians

Axes = Literal["camera", "x up", "x down", "y up", "z up", "z down"]  # of a camera y is down
Moved = Literal["origin", "pelvis"]
CameraConvention = Literal["romp", "hmr"]
TrackId = int | str

# Turns to meshgait's axes: x left of a person who faces z, y up. A camera has x right, y down,
# z forward.
UPRIGHT = {
    "camera": Rotation.from_matrix(np.diag([1.0, -1.0, -1.0])),
    "y up": Rotation.identity(),
    "z up": Rotation.from_matrix([[1, 0, 0], [0, 0, 1], [0, -1, 0]]),
    "z down": Rotation.from_matrix([[1, 0, 0], [0, 0, -1], [0, 1, 0]]),
    "x up": Rotation.from_matrix([[0, -1, 0], [1, 0, 0], [0, 0, 1]]),
    "x down": Rotation.from_matrix([[0, 1, 0], [-1, 0, 0], [0, 0, 1]]),
}
DEFAULT_FPS = 25.0


@dataclass(frozen=True, eq=False)
class WeakCamera:
    """(s, tx, ty) of each frame: ROMP's `s * X + t` or HMR's `s * (X + t)`, see `camera`."""

    cam: Float[np.ndarray, "T 3"]
    convention: CameraConvention


@dataclass(frozen=True, eq=False)
class BodyTrack:
    """SMPL parameters of one person; `frames` are ids in the video, ascending, perhaps with gaps.

    `pose` is axis-angle in radians, root first, and `transl` in metres, both in `axes`. `transl`
    is added to the body, as SMPL does, or else the place of its pelvis: `moved` says which.
    `usual_fps` is the rate of a format that does not say it; `notes` tell people what was judged;
    `off_mm` is how far off the joints of a fitted body are, by name, but for its height. `own` is
    the shape of a file of SMPL-H or SMPL-X, whose coefficients are not SMPL's: `betas` are the
    mean until `settle_shape` fits them.
    """

    frames: Int[np.ndarray, " T"]
    pose: Float[np.ndarray, "T 24 3"]
    betas: Float[np.ndarray, "T 10"]
    transl: Float[np.ndarray, "T 3"] | None
    camera: WeakCamera | None
    axes: Axes
    fps: float | None
    moved: Moved = "origin"
    usual_fps: float | None = None
    notes: tuple[str, ...] = ()
    off_mm: Mapping[str, float] = field(default_factory=dict)
    own: OwnShape | None = None

    @property
    def assumed_fps(self) -> float:
        """What a file that does not say its rate is thought to have: as usual, else 25."""
        return self.usual_fps or DEFAULT_FPS

    @property
    def fit_mm(self) -> float | None:
        """The mean of `off_mm`, for a body that was fitted."""
        return sum(self.off_mm.values()) / len(self.off_mm) if self.off_mm else None

    def __len__(self) -> int:
        return len(self.frames)

    def timed(self, fps: float | None = None) -> BodyTrack:
        """The same with a frame rate: the file's own, else `fps`, else a guess, which is noted."""
        given = frame_rate(fps)
        if self.fps is not None or given is not None:
            return replace(self, fps=self.fps or given)
        note = (
            f"the file does not say its frame rate; {self.assumed_fps:g} a second are taken, as is "
            "usual: give fps (--fps) if it is another"
        )
        if self.usual_fps is not None:
            warnings.warn(note, stacklevel=3)
            return replace(self, fps=self.usual_fps)
        return replace(self, fps=DEFAULT_FPS).noted(note)

    def noted(self, *notes: str) -> BodyTrack:
        """The same with more notes."""
        return replace(self, notes=(*self.notes, *notes))

    def upright(self, body: Body) -> BodyTrack:
        """The same in meshgait's axes, y up; the camera is dropped, for it sees the old ones.

        SMPL turns about the pelvis, so where the pelvis of `body` is at rest matters.
        """
        if self.axes == "y up" and self.moved == "origin":
            return replace(self, camera=None)
        turn = UPRIGHT[self.axes]
        pose = self.pose.astype(np.float64)
        pose[:, 0] = (turn * Rotation.from_rotvec(pose[:, 0])).as_rotvec()
        transl = self.transl
        if transl is not None:
            pelvis = rest_joints(body, self.betas)[:, 0]
            place = transl if self.moved == "pelvis" else transl + pelvis
            transl = (turn.apply(place) - pelvis).astype(np.float32)
        pose = pose.astype(np.float32)
        return replace(self, pose=pose, transl=transl, camera=None, axes="y up", moved="origin")

    def to_motion(self, body: Body, *, fps: float | None = None) -> Motion:
        """As `stacked`; warns of frames that are missing, by which a motion is too short."""
        lost = int(self.frames[-1] - self.frames[0]) + 1 - len(self)
        if lost:
            warnings.warn(
                f"{lost} of {lost + len(self)} frames are missing, and a motion goes on without a "
                "gap, too soon: fill them in first (--fill of meshgait convert, io.fill_gaps)",
                stacklevel=2,
            )
        return self.stacked(body, fps=fps)

    def stacked(self, body: Body, *, fps: float | None = None) -> Motion:
        """All frames that there are one after the other, upright, with the mean shape.

        `fps` holds where the file does not say, see `timed`. Without `transl` the person walks on
        the spot.
        """
        track = self.timed(fps).upright(body)
        transl = np.zeros((len(self), 3), np.float32) if track.transl is None else track.transl
        pose = track.pose.reshape(len(self), 72)
        betas = self.betas.mean(axis=0, dtype=np.float64).astype(np.float32)
        return Motion(pose, betas, transl, float(track.fps or 0))


@dataclass(frozen=True, eq=False)
class PointTrack:
    """Keypoints or markers of one person, with a confidence, 0 for what was not seen.

    `unit` is pixels, shares of the picture's width and height, or metres.
    """

    frames: Int[np.ndarray, " T"]
    points: Float[np.ndarray, "T K D"]
    confidence: Float[np.ndarray, "T K"]
    names: tuple[str, ...]
    unit: Literal["px", "picture", "m"]
    axes: Axes
    fps: float | None

    def __len__(self) -> int:
        return len(self.frames)

    def select(self, names: tuple[str, ...]) -> PointTrack:
        """The points named, in that order; a neck and a pelvis are made from both sides."""
        points, confidence = dict(zip(self.names, np.moveaxis(self.points, 1, 0), strict=True)), {}
        confidence = dict(zip(self.names, self.confidence.T, strict=True))
        for middle, side in (("neck", "shoulder"), ("pelvis", "hip"), ("mid_hip", "hip")):
            pair = [f"left_{side}", f"right_{side}"]
            if middle not in points and all(name in points for name in pair):
                points[middle] = (points[pair[0]] + points[pair[1]]) / 2
                confidence[middle] = np.minimum(confidence[pair[0]], confidence[pair[1]])
        missing = [name for name in names if name not in points]
        if missing:
            raise DataError(f"there is no {', '.join(missing)} among {', '.join(self.names)}")
        return replace(
            self,
            points=np.stack([points[name] for name in names], axis=1),
            confidence=np.stack([confidence[name] for name in names], axis=1),
            names=names,
        )


Track = BodyTrack | PointTrack


def rest_joints(body: Body, betas: Float[np.ndarray, "T 10"]) -> Float[np.ndarray, "T 24 3"]:
    """Joints at rest of the body for every row of `betas`."""
    with torch.no_grad():
        shape = torch.from_numpy(np.ascontiguousarray(betas, np.float32)).to(body.weights)
        return body.rest_joints(shape).float().cpu().numpy()


def track_id(name: Any) -> TrackId:
    """A key of a file as the name of a track: numbers of any type are whole ones."""
    return name if isinstance(name, str) else int(name)


def body_track(
    *,
    frames: Any,
    pose: Any,
    betas: Any = None,
    transl: Any = None,
    cam: Any = None,
    convention: CameraConvention = "hmr",
    axes: Axes,
    fps: Any = None,
    moved: Moved = "origin",
) -> BodyTrack:
    """A `BodyTrack` of what a file holds, sorted by frame.

    `pose` is axis-angle (T, 72) or (T, 24, 3), or matrices (T, 24, 3, 3); `betas` one row or T
    rows of any length. Raises `DataError` for anything that does not fit.
    """
    pose = numbers("pose", pose)
    T = len(pose) if pose.ndim else 0
    if pose.shape[1:] == (24, 3, 3):
        pose = matrices_to_axis_angle(pose)
    if not T or pose.shape[1:] not in ((72,), (24, 3)):
        raise DataError(f"pose is {pose.shape}, expected (T, 72), (T, 24, 3) or (T, 24, 3, 3)")
    require_radians(pose)
    order, frames = sort_frames(frames, T)
    camera = None if cam is None else WeakCamera(three_a_frame("camera", cam, T)[order], convention)
    return BodyTrack(
        frames=frames,
        pose=pose.reshape(T, 24, 3)[order],
        betas=_shapes(np.zeros(10) if betas is None else betas, T)[order],
        transl=None if transl is None else three_a_frame("transl", transl, T)[order],
        camera=camera,
        axes=axes,
        fps=frame_rate(fps),
        moved=moved,
    )


def _shapes(betas: Any, T: int) -> Float[np.ndarray, "T 10"]:
    """Ten shape coefficients of each frame, 0 where there are fewer; `DataError` for other rows."""
    flat = numbers("betas", betas)
    if flat.ndim > 1 and len(flat) not in (1, T):
        raise DataError(f"betas are {flat.shape} for {T} frames, expected one row or {T}")
    shape = flat.reshape(T if flat.ndim > 1 and len(flat) == T else 1, -1)
    padded = np.zeros((T, 10), np.float32)
    padded[:, : min(10, shape.shape[1])] = shape[:, :10]
    return padded


def point_track(
    *,
    frames: Any,
    points: Any,
    confidence: Any = None,
    names: tuple[str, ...],
    unit: Literal["px", "picture", "m"],
    axes: Axes = "camera",
    fps: Any = None,
) -> PointTrack:
    """A `PointTrack` of what a file holds, sorted by frame; errors as `body_track`."""
    points = numbers("keypoints", points)
    if points.ndim != 3 or points.shape[1] != len(names) or points.shape[2] not in (2, 3):
        raise DataError(f"keypoints are {points.shape}, expected (T, {len(names)}, 2 or 3)")
    if not len(points):
        raise DataError("there are no frames")
    seen = numbers("confidence", np.ones(points.shape[:2]) if confidence is None else confidence)
    if seen.shape != points.shape[:2]:
        raise DataError(f"confidence is {seen.shape} for keypoints {points.shape}")
    order, frames = sort_frames(frames, len(points))
    rate = frame_rate(fps)
    return PointTrack(frames, points[order], seen[order], names, unit, axes, rate)


def later_body_track(
    kind: Kind, *, pose: Any, betas: Any = None, gender: Any = None, transl: Any = None,
    moved: Moved = "origin", **rest: Any,
) -> BodyTrack:  # fmt: skip
    """As `body_track`, of parameters of SMPL-H or SMPL-X, which SMPL's body can follow.

    `pose` holds the 22 joints that all share, and perhaps others, (T, J 3), (T, J, 3) or
    (T, J, 3, 3): SMPL's hands rest. The shape is kept as `own`. A `transl` that is added to the
    body becomes the place of the pelvis, which SMPL-X has elsewhere.
    """
    own = None if betas is None else OwnShape.of(kind, numbers("betas", betas), gender)
    if kind == SMPLX and transl is not None and moved == "origin":
        transl, moved = numbers("transl", transl) + SMPLX_PELVIS, "pelvis"
        own = None if own is None else replace(own, shift=SMPLX_PELVIS)
    track = body_track(pose=of_shared_joints(pose), transl=transl, moved=moved, **rest)
    return track if own is None else replace(track, own=own).noted(own.note)
