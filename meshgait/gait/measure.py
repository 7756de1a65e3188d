"""A motion measured: its strides, what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import uniform_filter1d

from meshgait.body import Body
from meshgait.errors import DataError, ShapeError
from meshgait.gait.angles import joint_angles
from meshgait.gait.events import FootEvents, find_events, over_ground
from meshgait.gait.landmarks import Landmarks, find_landmarks
from meshgait.gait.path import exchanged_legs, jumps, progression
from meshgait.gait.strides import Prints, Stride, find_strides
from meshgait.gait.usable import Trouble
from meshgait.sequence import Motion

_ON_SPOT = "the person walks on the spot: the floor is taken to go backwards with the standing foot"
_SHIVERS = (
    "heels do not rest on the floor, as in bodies estimated from pictures: events are those of the "
    "balls of the feet, and widths and angles of feet are rough"
)

Frames = Bool[np.ndarray, " T"]


@dataclass(frozen=True, eq=False)
class Gait:
    """One walk: who, its strides in order of time, footprints left and right, and remarks.

    `events` are all heel strikes and toe-offs, those of strides that were left out too. `path`
    (T, 2) is the way of the pelvis, x and z in metres.
    """

    name: str
    subject: str
    seconds: float
    fps: float
    strides: tuple[Stride, ...]
    events: FootEvents
    prints: tuple[Prints, Prints]
    path: Float[np.ndarray, "T 2"]
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        return f"{self.name}: {len(self.counted())} of {len(self.strides)} strides count"

    @property
    def on_spot(self) -> bool:
        """Whether the person stayed in place, so that footprints are on a floor that goes."""
        return _ON_SPOT in self.notes

    def counted(self, side: str | None = None) -> list[Stride]:
        """The strides that count, of one side or both."""
        return [s for s in self.strides if not s.left_out and side in (None, s.side)]

    def left_out(self) -> list[Stride]:
        """The strides that do not, each with its reason."""
        return [stride for stride in self.strides if stride.left_out]


def measure_gait(
    motion: Motion,
    body: Body,
    *,
    name: str = "walk",
    subject: str | None = None,
    missing: Bool[np.ndarray, " T"] | None = None,
) -> Gait:
    """Count the strides of one motion; `missing` marks frames that were filled in.

    Heel strikes and toe-offs are those of heel and toes, lengths those of ankles over flat feet,
    angles those of `meshgait.gait.ANGLES`. Strides that a stop, a turn, a missing frame, a jump, an
    exchange of the legs or a false event hits are left out and say so; the others do not notice.
    Raises `DataError` where no whole stride is seen, or none counts.
    """
    frames, fps = len(motion), motion.fps
    if motion.pose.ndim != 2:
        raise ShapeError(f"the pose of one walk is (T, 72), got {motion.pose.shape}")
    lost = np.zeros(frames, bool) if missing is None else np.asarray(missing, dtype=bool)
    if lost.shape != (frames,):
        raise ShapeError(f"missing is {lost.shape}, expected ({frames},) as the motion has frames")
    try:
        marks, on_spot, exchanged, jumped, events = _follow(motion, body)
    except DataError as error:
        raise DataError(f"{name}: {str(error).replace('clip 0', 'it')}") from error
    way = progression(marks, fps, events.stride_s, events.speed)
    speed = _speed(marks, fps, events.stride_s / 4)
    trouble = Trouble(lost, exchanged, jumped, way, speed, fps)
    strides, prints = find_strides(marks, events, trouble, joint_angles(marks, way))
    if all(stride.left_out for stride in strides):
        raise DataError(
            f"{name}: no stride counts; the first: {strides[0].left_out}", code="strides"
        )
    notes = [_ON_SPOT] if on_spot else []
    notes += [] if events.rests else [_SHIVERS]
    return Gait(
        name, subject or name, frames / fps, fps, tuple(strides), events, prints,
        marks.joints[:, 0][:, [0, 2]], tuple(notes),
    )  # fmt: skip


def _follow(motion: Motion, body: Body) -> tuple[Landmarks, bool, Frames, Frames, FootEvents]:
    marks = find_landmarks(motion, body)
    exchanged = exchanged_legs(marks)
    marks, jumped = jumps(marks.swapped(exchanged), motion.fps)
    marks, on_spot = over_ground(marks, motion.fps)
    return marks, on_spot, exchanged, jumped, find_events(marks, motion.fps)


def _speed(marks: Landmarks, fps: float, seconds: float) -> Float[np.ndarray, " T"]:
    """How fast the pelvis goes over the ground, over some time around each frame."""
    size = max(1, round(seconds * fps))
    rate = np.gradient(marks.joints[:, 0][:, [0, 2]], axis=0) * fps
    return np.linalg.norm(uniform_filter1d(rate, size, axis=0, mode="nearest"), axis=1)
