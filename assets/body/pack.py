"""Write the half body small: whole numbers with a step each, sparse blocks, no second half.

`meshgait.body._embedded` reads it and says how the halves belong together.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from meshgait.body._embedded import FLIP, OTHER_SIDE

NEGLIGIBLE = 5e-6  # metres per unit of a pose feature; smaller blocks are left out
LEVELS = 32_767


@dataclass(frozen=True)
class HalfBody:
    """All arrays of half a body, vertices (H, ...) with the seam last; `faces` of the left half."""

    template: np.ndarray
    shape: np.ndarray
    pose: np.ndarray
    regressor: np.ndarray
    weights: np.ndarray
    faces: np.ndarray
    seam: int
    landmarks: np.ndarray
    sole: np.ndarray


def pack(body: HalfBody) -> dict[str, np.ndarray]:
    """The arrays to store."""
    half = len(body.template)
    seam = slice(half - body.seam, None)
    template = body.template.astype(np.float32)
    template[seam, 0] = 0
    shape, shape_step = _whole(body.shape, axes=(0, 1))
    shape[seam, 0] = 0
    # A vertex and a joint at a time; on the seam both sides of the body must agree.
    blocks = body.pose.reshape(half, 3, 23, 3, 3).transpose(0, 2, 1, 3, 4).copy()
    signs = FLIP[:, None, None] * FLIP[:, None] * FLIP
    swap = np.array(OTHER_SIDE[1:]) - 1
    blocks[seam] = (blocks[seam] + blocks[seam][:, swap] * signs) / 2
    vertex, joint = np.nonzero(np.abs(blocks).max(axis=(2, 3, 4)) > NEGLIGIBLE)
    pose, pose_step = _whole(blocks[vertex, joint], axes=(0, 1, 2, 3))
    weights = body.weights.copy()
    weights[seam] = (weights[seam] + weights[seam][:, OTHER_SIDE]) / 2
    holder = np.argsort(-weights, axis=1, kind="stable")[:, :4]
    held = np.round(np.take_along_axis(weights, holder, axis=1) * 65_535)
    return {
        "v_template": template,
        "shapedirs": shape,
        "shapedirs_step": shape_step,
        "posedirs": pose,
        "posedirs_step": pose_step,
        "posedirs_vertex": vertex.astype(np.uint16),
        "posedirs_joint": (joint + 1).astype(np.uint8),
        **_pack_regressor(body.regressor, half, half - body.seam),
        "weights": held.astype(np.uint16),
        "weights_joint": holder.astype(np.uint8),
        "f": body.faces.astype(np.uint16),
        "seam": np.array(body.seam),
        "landmarks": body.landmarks.astype(np.uint16),
        "sole": body.sole.astype(np.uint16),
    }


def _pack_regressor(regressor: np.ndarray, half: int, inner: int) -> dict[str, np.ndarray]:
    """The rows of the left and the middle; in the latter the left stands for both sides."""
    other = np.array(OTHER_SIDE)
    is_left = np.arange(24) <= other
    joint, vertex = np.nonzero(regressor[:, :half] * is_left[:, None])
    both = (other[joint] == joint) & (vertex < inner)
    value = regressor[joint, vertex] * np.where(both, 2, 1)
    return {
        "J_regressor_joint": joint.astype(np.uint8),
        "J_regressor_vertex": vertex.astype(np.uint16),
        "J_regressor_value": value.astype(np.float32),
    }


def _whole(array: np.ndarray, axes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Nearest whole numbers (int16) and their step, one for each index of the other axes."""
    step = np.abs(array).max(axis=axes) / LEVELS
    return np.round(array / step).astype(np.int16), step


def write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """An .npz that depends on nothing but the arrays: `numpy.savez` would store the time."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(member, "w") as stream:
                np.lib.format.write_array(stream, np.asanyarray(array), allow_pickle=False)
