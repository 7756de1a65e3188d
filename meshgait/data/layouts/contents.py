"""What a pickle of a known modality may hold, and its frames as networks read them.

Each function gives the frames, the places of those that are there, and a note where they were not
taken as they are; or raises `DataError`, without the path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch

from meshgait.body.smpl_row import BODY, CAMERA, JOINTS, POSE, SHAPE
from meshgait.data.layouts.clouds import resample_cloud
from meshgait.data.layouts.frame_readers import cut_margins
from meshgait.errors import DataError
from meshgait.files.pixels import WHITE, grey_levels, labels, require_dark_border
from meshgait.modalities.parsing import PARSING_LABELS
from meshgait.rotation import matrix_to_axis_angle

_NEUTRAL = (1.0, 0.0, 0.0)
_WORDS = {
    "pose": ("pose", "poses", "thetas", "smpl_thetas"),
    "betas": ("betas", "shape", "shapes", "smpl_betas"),
    "cam": ("cam", "cams", "camera", "pred_cam"),
}


class Frames(NamedTuple):
    """Frames, the places in the pickle that they had, and perhaps a note."""

    array: np.ndarray
    kept: tuple[int, ...] | None = None
    note: str | None = None


def listed(content: Any) -> tuple[list[np.ndarray], tuple[int, ...]]:
    """Arrays of a list, or rows of an array, that hold something, and their places."""
    if isinstance(content, np.ndarray) and content.dtype != object:
        items: list[Any] = list(content) if content.ndim else []
    elif isinstance(content, list | tuple | np.ndarray):
        items = list(content)
    else:
        raise DataError(f"holds a {type(content).__name__}, not an array of frames")
    wrong = next((x for x in items if x is not None and not isinstance(x, np.ndarray)), None)
    if wrong is not None:
        raise DataError(f"holds a list with a {type(wrong).__name__}, not of frames")
    kept = tuple(place for place, item in enumerate(items) if item is not None and item.size)
    if not kept:
        raise DataError("has no frames")
    return [items[place] for place in kept], kept


def stacked(content: Any) -> tuple[np.ndarray, tuple[int, ...] | None]:
    """One array of all frames, and their places where some are missing."""
    if isinstance(content, np.ndarray) and content.dtype != object:
        kept, array = None, content
    else:
        frames, places = listed(content)
        if len({frame.shape for frame in frames}) != 1:
            raise DataError("holds frames of different shapes")
        array, kept = np.stack(frames), places if len(places) < len(content) else None
    if array.ndim < 2 or array.dtype.kind not in "bufi":
        raise DataError(f"holds an array {array.shape} of {array.dtype}, which is no clip")
    if array.size == 0:
        raise DataError("has no frames")
    return array, kept


def read_as(modality: str, content: Any, points: int) -> Frames:
    """The frames of a modality that is known beforehand; `points` in each cloud."""
    if modality == "points":
        return _points(content, points)
    if modality == "smpl" and isinstance(content, Mapping):
        content = _joined(content)
    array, kept = stacked(content)
    frames, note = _READ[modality](array)
    return Frames(frames, kept, note)


Read = tuple[np.ndarray, str | None]


def _points(content: Any, count: int) -> Frames:
    clouds, places = listed(content)
    found: dict[int, np.ndarray] = {}
    for place, cloud in zip(places, clouds, strict=True):
        if cloud.ndim != 2 or cloud.shape[1] < 3 or cloud.dtype.kind not in "fiu":
            raise DataError(f"holds a cloud {cloud.shape} of {cloud.dtype}, which is not (N, 3)")
        if np.isfinite(cloud[:, :3]).all(1).any():
            found[place] = resample_cloud(cloud, count, frame=place)
    if not found:
        raise DataError("has no point in any frame")
    kept = None if len(found) == len(content) else tuple(found)
    return Frames(np.stack(list(found.values())), kept)


def _images(array: np.ndarray, modality: str) -> np.ndarray:
    """Images of one channel without its axis."""
    images = _one_channel(array)
    if images.ndim != 3:
        raise _other(array, modality)
    return images


def _silhouette(array: np.ndarray) -> Read:
    levels, note = grey_levels(_images(array, "silhouette"))
    require_dark_border(levels)
    return cut_margins(levels), note


def _parsing(array: np.ndarray) -> Read:
    return cut_margins(labels(_images(array, "parsing"), PARSING_LABELS)), None


def _front(array: np.ndarray) -> Read:
    levels, _ = grey_levels(_images(array, "smpl_silhouette"))
    return (cut_margins(levels) > WHITE // 2).astype(np.uint8), None


def _depth_image(array: np.ndarray) -> Read:
    """Bytes (T, 3, H, W); grey ones become three equal channels."""
    array = _one_channel(array)
    if array.ndim == 4 and array.shape[3] == 3:
        array = array.transpose(0, 3, 1, 2)
    if array.ndim == 3:
        array = np.repeat(array[:, None], 3, axis=1)
    if array.ndim != 4 or array.shape[1] != 3 or array.dtype.kind not in "uf":
        raise _other(array, "depth_image")
    if not (array.min() >= 0 and array.max() <= WHITE):
        raise DataError("holds values beyond those of bytes: it is no depth image")
    return np.rint(array).astype(np.uint8), None


def _skeleton2d(array: np.ndarray) -> Read:
    if array.ndim != 3 or array.shape[1:] not in ((17, 3), (18, 3)) or array.dtype.kind != "f":
        raise _other(array, "skeleton2d")
    return array.astype(np.float32), None


def _skeleton3d(array: np.ndarray) -> Read:
    if array.ndim != 3 or array.shape[2] != 3 or array.dtype.kind != "f":
        raise _other(array, "skeleton3d")
    return array.astype(np.float32), None


def _smpl(array: np.ndarray) -> Read:
    """Camera, pose and shape; what an estimate lacks is that of nobody in particular."""
    if array.dtype.kind != "f":
        raise _other(array, "smpl")
    if array.shape[1:] == (JOINTS, 3, 3):
        array = matrix_to_axis_angle(torch.from_numpy(array.astype(np.float64))).numpy()
    rows = array.reshape(len(array), -1).astype(np.float32)
    if rows.shape[1] == BODY:
        return rows, None
    if rows.shape[1] not in (POSE, POSE + SHAPE):
        raise _other(array, "smpl")
    lacking = "camera" if rows.shape[1] > POSE else "camera and shape"
    camera = np.tile(np.array(_NEUTRAL, np.float32), (len(rows), 1))
    betas = np.zeros((len(rows), BODY - CAMERA - rows.shape[1]), np.float32)
    return np.concatenate([camera, rows, betas], axis=1), f"has no {lacking}: neutral was taken"


def _joined(content: Mapping[Any, Any]) -> np.ndarray:
    """One row for each frame of the arrays in a dictionary."""
    found = {
        part: next((content[word] for word in words if word in content), None)
        for part, words in _WORDS.items()
    }
    pose = found["pose"]
    if not isinstance(pose, np.ndarray) or pose.dtype.kind != "f" or pose.ndim < 2:
        raise DataError(f"holds a dictionary without pose, only {', '.join(map(str, content))}")
    parts = [_smpl(pose)[0][:, CAMERA : CAMERA + POSE]]
    for part, width in (("cam", CAMERA), ("betas", SHAPE)):
        array = found[part]
        if array is None:
            array = np.array(_NEUTRAL) if part == "cam" else np.zeros(SHAPE)
        if not isinstance(array, np.ndarray) or array.size % width or array.dtype.kind != "f":
            raise DataError(f"holds {part} that are not {width} numbers a frame")
        rows = array.reshape(-1, width)
        if len(rows) not in (1, len(pose)):
            raise DataError(f"has {len(rows)} of {part} for {len(pose)} poses")
        parts.append(np.broadcast_to(rows, (len(pose), width)))
    return np.concatenate([parts[1], parts[0], parts[2]], axis=1).astype(np.float32)


def _one_channel(array: np.ndarray) -> np.ndarray:
    if array.ndim == 4 and 1 in (array.shape[1], array.shape[3]):
        return array[:, 0] if array.shape[1] == 1 else array[..., 0]
    return array


def _other(array: np.ndarray, modality: str) -> DataError:
    return DataError(f"holds an array {array.shape} of {array.dtype}, which is no {modality}")


_READ: dict[str, Callable[[np.ndarray], Read]] = {
    "silhouette": _silhouette,
    "parsing": _parsing,
    "smpl_silhouette": _front,
    "depth_image": _depth_image,
    "skeleton2d": _skeleton2d,
    "skeleton3d": _skeleton3d,
    "smpl": _smpl,
}


def possible(array: np.ndarray) -> tuple[str, ...]:
    """What an array can be by its shape and numbers, the likeliest first.

    An image of several numbers below those of labels can be a parsing map only.
    """
    images = _one_channel(array)
    if array.shape[1:] == (BODY,) and array.dtype.kind == "f":
        return ("smpl",)
    if array.ndim == 3 and array.shape[1:] in ((17, 3), (18, 3)) and array.dtype.kind == "f":
        return ("skeleton2d",)
    if images.ndim != 3:
        return ()
    top = images.max()
    is_mask = top <= 1 or top >= PARSING_LABELS or bool(((images == 0) | (images == top)).all())
    return ("silhouette", "parsing") if is_mask else ("parsing", "silhouette")
