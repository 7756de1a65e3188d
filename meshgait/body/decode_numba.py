"""Poses to vertices with numba: smplx's arithmetic in one pass, without its zeros.

A vertex of the embedded body hangs on 2 of the 24 joints and its blend shapes on 1. smplx, which
is the oracle, multiplies by all of them and makes a matrix (4, 4) per vertex on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from meshgait._threads import in_parallel
from meshgait.body import few_kernel, motion_kernels, skin_kernels
from meshgait.numerics import differentiable_once


class Skin(NamedTuple):
    """Of each vertex, the joints it hangs on and those whose blend shapes move it.

    Those of vertex v are rows `first[v]` to `first[v + 1]`.
    """

    first_joint: np.ndarray  # (V + 1,) int64
    joint: np.ndarray  # (W,) uint8
    weight: np.ndarray  # (W,)
    first_block: np.ndarray  # (V + 1,) int64
    block_joint: np.ndarray  # (B,) uint8; 0 is the first joint after the root
    blocks: np.ndarray  # (B, 9, 3): by entry of the joint's rotation, and axis
    parents: np.ndarray  # (J,) int64


def skin(weights: Float[Tensor, "V J"], posedirs: Float[Tensor, "P D"], parents: Tensor) -> Skin:
    """Drop the zeros of skinning weights, and of blend shapes (9 J - 9, 3 V), joint by joint."""
    by_joint: np.ndarray = posedirs.numpy().reshape(-1, 9, len(weights), 3).transpose(2, 0, 1, 3)
    moves, hangs = (by_joint != 0).any(axis=(2, 3)), weights.numpy() != 0
    first, joint = _rows(hangs)
    found = first, joint, weights.numpy()[hangs], *_rows(moves), by_joint[moves]
    return Skin(*found, parents.numpy().astype(np.int64))


def _rows(used: Any) -> tuple[np.ndarray, np.ndarray]:
    """Where the entries of each row begin, and their columns."""
    first = np.zeros(len(used) + 1, np.int64)
    np.cumsum(used.sum(axis=1), out=first[1:])
    return first, used.nonzero()[1].astype(np.uint8)


def decode(
    pose: Float[Tensor, "N A"],
    shaped: Float[Tensor, "S V 3"],
    rest: Float[Tensor, "S J 3"],
    offset: Float[Tensor, "N 3"],
    skin: Skin,
) -> tuple[Float[Tensor, "N V 3"], Float[Tensor, "N J 3"]]:
    """Vertices and joints of N poses, each N / S after another of one shape; differentiable once.

    `shaped` are the vertices and `rest` the joints of each shape in the rest pose.
    """
    vertices, joints = _Decode.apply(pose, shaped.flatten(1), rest, offset, skin)
    return vertices.unflatten(1, (-1, 3)), joints


class _Decode(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        pose: Float[Tensor, "N A"],
        shaped: Float[Tensor, "S D"],
        rest: Float[Tensor, "S J 3"],
        offset: Float[Tensor, "N 3"],
        skin: Skin,
    ) -> tuple[Float[Tensor, "N D"], Float[Tensor, "N J 3"]]:
        ctx.save_for_backward(pose, shaped, rest)
        ctx.skin = skin
        vertices = pose.new_empty(len(pose), shaped.shape[1])
        joints = pose.new_empty(len(pose), *rest.shape[1:])
        poses, shapes, seats, offsets = _arrays(pose, shaped, rest, offset)
        goals = vertices.numpy(), joints.numpy()

        def draw(frames: slice, own: slice) -> None:
            feature, motion, places = _carry(poses[frames], seats[own], skin)
            move = offsets[frames]
            kernel = few_kernel if len(feature) <= few_kernel.FEW else skin_kernels
            kernel.skin(shapes[own], feature, motion, move, skin, goals[0][frames])
            np.add(places, move[:, None], out=goals[1][frames])

        _in_blocks(draw, len(pose), len(shaped))
        return vertices, joints

    @staticmethod
    @differentiable_once("a body decoded on the CPU")
    def backward(
        ctx: Any, of_vertices: Float[Tensor, "N D"], of_joints: Float[Tensor, "N J 3"]
    ) -> tuple[Tensor | None, ...]:
        skin = ctx.skin
        poses, shapes, seats = _arrays(*ctx.saved_tensors)
        slopes, joint_slopes = _arrays(of_vertices, of_joints)
        to_pose, to_offset = np.empty_like(poses), np.empty_like(slopes[:, :3])

        def pull(frames: slice, own: slice) -> tuple[np.ndarray, np.ndarray]:
            feature, motion, _ = _carry(poses[frames], seats[own], skin)
            to_feature, to_motion = np.empty_like(feature), np.empty_like(motion)
            to_shape, to_rest = np.empty_like(shapes[own]), np.empty_like(joint_slopes[frames])
            result = to_feature, to_motion, to_offset[frames], to_shape
            skin_kernels.gradient(shapes[own], feature, motion, slopes[frames], skin, result)
            to_offset[frames] += joint_slopes[frames].sum(axis=1)
            given = to_feature, to_motion, joint_slopes[frames]
            moved = poses[frames], seats[own], skin.parents
            motion_kernels.gradient(*moved, given, to_pose[frames], to_rest)
            return to_shape, to_rest

        parts = zip(*_in_blocks(pull, len(poses), len(shapes)), strict=True)
        joined = (np.concatenate(part) for part in parts)
        summed = (x.reshape(len(shapes), -1, *x.shape[1:]).sum(axis=1) for x in joined)
        return *(torch.from_numpy(x) for x in (to_pose, *summed, to_offset)), None


def _carry(pose: np.ndarray, rest: np.ndarray, skin: Skin) -> tuple[np.ndarray, ...]:
    """Pose features, motions and joints of a block of frames."""
    N, J, kind = len(pose), len(skin.parents), pose.dtype
    found = np.empty((N, 9 * J - 9), kind), np.empty((N, 12 * J), kind), np.empty((N, J, 3), kind)
    motion_kernels.carry(pose, rest, skin.parents, *found)
    return found


def _in_blocks(task: Callable[[slice, slice], Any], frames: int, shapes: int) -> list[Any]:
    """Run `task` on blocks of frames and their shapes: one that all share, or one for each."""
    length = frames // shapes
    runs, many = (shapes, length) if length > 1 else (1, frames)
    most = skin_kernels.LANES
    parts = max(-(-many // most), min(many, -(-torch.get_num_threads() // runs)))
    borders = [many * i // parts for i in range(parts + 1)]
    pairs = [
        (slice(run * many + a, run * many + b), slice(run, run + 1) if length > 1 else slice(a, b))
        for run in range(runs)
        for a, b in pairwise(borders)
    ]
    return in_parallel(lambda pair: task(*pair), pairs)


def _arrays(*tensors: Tensor) -> list[np.ndarray]:
    return [tensor.detach().contiguous().numpy() for tensor in tensors]
