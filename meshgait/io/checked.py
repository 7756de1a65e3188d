"""Numbers that a file holds, as what they should be, or a sentence that says why they are not."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial.transform import Rotation

from meshgait.errors import DataError
from meshgait.sequence.motion import require_rate

_HUGE = 1e6  # metres, radians or standard deviations: nobody's body
_LAST_FRAME = 1 << 53


def numbers(name: str, value: Any) -> np.ndarray:
    """`value` as float32; `DataError` unless it is finite numbers of a human size."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise DataError(f"{name} has rows of different length") from error
    if array.dtype.kind not in "fiub":
        raise DataError(f"{name} is of type {array.dtype}, expected numbers")
    if not np.isfinite(array).all():
        raise DataError(f"{name} holds NaN or infinity")
    limit = 1e9 if name in ("keypoints", "confidence") else _HUGE
    if array.size and np.abs(array).max() > limit:
        raise DataError(f"{name} reaches {np.abs(array).max():.3g}, which is no body's")
    return array.astype(np.float32)


def matrices_to_axis_angle(matrices: Float[np.ndarray, "*batch 3 3"]) -> np.ndarray:
    """Rotation vectors (*, 3); `DataError` for matrices that are far from rotations."""
    flat = matrices.reshape(-1, 3, 3).astype(np.float64)
    error = np.abs(flat @ np.swapaxes(flat, 1, 2) - np.eye(3)).max(initial=0)
    if error > 0.1 or (np.linalg.det(flat) < 0).any():
        raise DataError("the pose holds matrices that are not rotations")
    found = Rotation.from_matrix(flat).as_rotvec()
    return found.reshape(*matrices.shape[:-1]).astype(np.float32)


def sort_frames(frames: Any, T: int) -> tuple[np.ndarray, Int[np.ndarray, " T"]]:
    """The order that sorts `frames`, and they sorted; `DataError` when one occurs twice."""
    ids = np.arange(T) if frames is None else np.asarray(frames).reshape(-1)
    if ids.dtype.kind not in "iuf" or len(ids) != T:
        raise DataError(f"there are {ids.size} frame ids of type {ids.dtype} for {T} frames")
    if not np.isfinite(ids).all() or np.abs(ids.astype(np.float64)).max() > _LAST_FRAME:
        raise DataError("a frame id is not a whole number")
    whole = ids.astype(np.int64)
    order = np.argsort(whole, kind="stable")
    if (whole != ids).any() or (np.diff(whole[order]) == 0).any():
        raise DataError("a frame id occurs twice or is not a whole number")
    return order, whole[order]


def frame_rate(fps: Any) -> float | None:
    """A plausible frame rate, or none."""
    if fps is None:
        return None
    rate = float(np.asarray(fps, dtype=np.float64).reshape(-1)[0])
    if not rate <= 1e5:
        raise DataError(f"the frame rate is {rate}, expected frames in a second")
    require_rate(rate)
    return rate


def three_a_frame(name: str, value: Any, T: int) -> Float[np.ndarray, "T 3"]:
    """`value` as (T, 3), whatever axes it has beside; `DataError` for another size."""
    array = numbers(name, value)
    if array.size != 3 * T:
        raise DataError(f"{name} is {array.shape} for {T} frames, expected ({T}, 3)")
    return array.reshape(T, 3)
