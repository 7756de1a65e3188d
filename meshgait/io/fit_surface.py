"""A body whose skin lies on another one: the shape, and the small turns that take it there.

Points of the other skin are in any number and order. Each vertex is drawn to the point nearest to
it, along its normal, as in iterated closest points (Chen and Medioni, 1992), by Gauss-Newton steps
over the shape that all frames share and, of each frame, where the body is and how its joints turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from meshgait.body import JOINT_INDEX, JOINT_PARENTS, Body
from meshgait.body.decode_torch import pose_skeleton
from meshgait.body.lean import joint_reach
from meshgait.numerics import in_full_precision

_STEPS = 15
# How far off each is expected to be: of the skin, which joints lead at first, and how far away a
# point may be that belongs to it, at first and at last.
_SKIN_M, _FAR_M = (0.5, 0.003), (0.3, 0.03)
_JOINT_M, _TURN, _BETA = 0.03, 0.1, 1.0
_MOST = 2000  # vertices that are drawn
_MOST_BETA = 5.0
_LOOSE = ("wrist", "hand")  # fingers are held differently, and have another form


@dataclass(frozen=True, eq=False)
class Surface:
    """What a frame is to look like: points of a skin, and SMPL's joints, NaN if unknown.

    `paired`: the points are the vertices of the body itself, in their order.
    """

    points: Float[np.ndarray, "N 3"]
    joints: Float[np.ndarray, "24 3"]
    paired: bool = False


@dataclass(frozen=True, eq=False)
class SurfaceFit:
    """The shape, its mean distance from the points, and pose and `transl` of each frame."""

    betas: Float[np.ndarray, "10"]
    off_mm: float
    pose: Float[np.ndarray, "F 24 3"]
    transl: Float[np.ndarray, "F 3"]


@in_full_precision
def fit_surface(
    body: Body,
    frames: Sequence[Surface],
    pose: Float[np.ndarray, "F 24 3"],
    transl: Float[np.ndarray, "F 3"],
    betas: Float[np.ndarray, "10"] | None = None,
) -> SurfaceFit:
    """The shape of `body` that lies best on the surfaces, from poses that are nearly right."""
    solver = _Solver(body, frames)
    state = (
        np.zeros(10) if betas is None else betas.astype(np.float64),
        pose.astype(np.float64), transl.astype(np.float64),
    )  # fmt: skip
    ways = (np.geomspace(*ends, _STEPS) for ends in (_SKIN_M, _FAR_M))
    for skin_m, far in zip(*ways, strict=True):
        state = solver.step(*state, skin_m, far)
    found, turned, moved = state
    off_mm = 1000 * solver.distance(*state)
    return SurfaceFit(found.astype(np.float32), off_mm, turned, moved)


class _Solver:
    """Steps for one body and the surfaces of some frames."""

    def __init__(self, body: Body, frames: Sequence[Surface]) -> None:
        self.body, self.frames = body, frames
        loose = [JOINT_INDEX[f"{side}_{name}"] for side in ("left", "right") for name in _LOOSE]
        firm = (body.weights[:, loose].sum(1) < 0.5).nonzero()[:, 0].cpu()
        self.drawn = firm[torch.linspace(0, len(firm) - 1, min(_MOST, len(firm))).long()]
        self.weights = body.weights.detach().cpu().double()[self.drawn]
        self.reach = joint_reach(self.weights).numpy()
        self.carried = joint_reach(torch.eye(24, dtype=torch.float64)).numpy()
        self.directions = body.layer.shapedirs[..., :10].detach().cpu().double()[self.drawn].numpy()
        eye = torch.eye(10).to(body.weights)
        seats = body.rest_joints(eye) - body.rest_joints(torch.zeros_like(eye))
        self.seats = seats.detach().cpu().double().permute(1, 2, 0).numpy()  # (24, 3, 10)
        self.trees = [None if f.paired else cKDTree(f.points) for f in frames]

    def step(
        self, betas: np.ndarray, pose: np.ndarray, transl: np.ndarray, skin_m: float, far: float
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Shape, poses and places that are nearer to the surfaces."""
        own = 75
        size = 10 + own * len(self.frames)
        left, right = np.zeros((size, size)), np.zeros(size)
        prior = np.concatenate([np.full(72, _TURN**-2), np.zeros(3)])
        for f, frame in enumerate(self._decoded(betas, pose, transl)):
            columns, off = self._rows(f, *frame, skin_m, far)
            place = np.r_[0:10, 10 + own * f : 10 + own * (f + 1)]
            left[np.ix_(place, place)] += columns.T @ columns
            right[place] += columns.T @ off
            left[place[10:], place[10:]] += prior
        left[range(10), range(10)] += len(self.frames) * _BETA**-2
        right[:10] -= len(self.frames) * _BETA**-2 * betas
        move = np.linalg.solve(left + 1e-9 * np.eye(size), right)
        turns = move[10:].reshape(-1, own)
        new = np.clip(betas + move[:10], -_MOST_BETA, _MOST_BETA)
        return new, _turned(pose, turns[:, :72].reshape(-1, 24, 3)), transl + turns[:, 72:]

    def distance(self, betas: np.ndarray, pose: np.ndarray, transl: np.ndarray) -> float:
        """How far the drawn vertices are from the nearest points, in metres, in the mean."""
        decoded = self._decoded(betas, pose, transl)
        return float(np.mean([
            np.abs(off[kept]).mean() if kept.any() else np.inf
            for off, kept in (self._off(f, v, n, np.inf)[1:] for f, (v, n, _, _) in
                              enumerate(decoded))
        ]))  # fmt: skip

    def _decoded(
        self, betas: np.ndarray, pose: np.ndarray, transl: np.ndarray
    ) -> list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
        """Drawn vertices, their normals, joints and world rotations of every frame."""
        some = [torch.as_tensor(x).to(self.body.weights) for x in (pose, betas, transl)]
        with torch.no_grad():
            mesh = self.body(pose=some[0].flatten(1), betas=some[1], transl=some[2])
            normals = mesh.vertex_normals()[:, self.drawn]
        world = _rotations(pose)[1]
        arrays = mesh.vertices[:, self.drawn], normals, mesh.require_joints()
        parts = [array.cpu().double().numpy() for array in arrays]
        return list(zip(*parts, world, strict=True))

    def _rows(
        self, f: int, vertices: np.ndarray, normals: np.ndarray, joints: np.ndarray,
        world: np.ndarray, skin_m: float, far: float,
    ) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
        """Equations of one frame for the shape, 24 turns and the place, in standard deviations."""
        weights, grown = self.weights.numpy(), _grown(world, self.seats)
        shaped = np.einsum("nj,jab->nab", weights, world) @ self.directions
        shaped += np.einsum("nj,jak->nak", weights, grown - world @ self.seats)
        skin = np.concatenate([
            shaped, _bent(vertices, joints, self.reach),
            np.tile(np.eye(3), (len(vertices), 1, 1)),
        ], axis=2)  # fmt: skip
        axes, off, kept = self._off(f, vertices, normals, far)
        rows = np.einsum("nka,nap->nkp", axes, skin)[kept].reshape(-1, skin.shape[2])
        known = ~np.isnan(self.frames[f].joints).any(1)
        bones = np.concatenate([
            grown, _bent(joints, joints, self.carried), np.tile(np.eye(3), (24, 1, 1))
        ], axis=2)[known]  # fmt: skip
        gaps = (self.frames[f].joints - joints)[known].ravel()
        columns = np.concatenate([rows / skin_m, bones.reshape(-1, bones.shape[2]) / _JOINT_M])
        return columns, np.concatenate([off[kept].ravel() / skin_m, gaps / _JOINT_M])

    def _off(
        self, f: int, vertices: np.ndarray, normals: np.ndarray, far: float
    ) -> tuple[np.ndarray, np.ndarray, Bool[np.ndarray, " N"]]:
        """Along which axes (N, K, 3) vertices are off, how far (N, K), and which of them count."""
        tree, points = self.trees[f], self.frames[f].points
        if tree is None:
            gap = points[self.drawn.numpy()] - vertices
            return np.tile(np.eye(3), (len(gap), 1, 1)), gap, np.ones(len(gap), bool)
        distance, nearest = tree.query(vertices)
        gap = points[nearest] - vertices
        return normals[:, None], (gap * normals).sum(1, keepdims=True), distance < far


def _bent(points: np.ndarray, joints: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """How points (N, 3) move with small turns of 24 joints about the world's axes: (N, 3, 72)."""
    x, y, z = np.moveaxis(reach[..., None] * (points[:, None] - joints), -1, 0)  # (N, 24) each
    none = np.zeros_like(x)
    by_axis = [(none, -z, y), (z, none, -x), (-y, x, none)]  # axis x arm
    moved = np.stack([np.stack(way, axis=-1) for way in by_axis], axis=-1)
    return moved.transpose(0, 2, 1, 3).reshape(len(points), 3, 72)


def _grown(world: np.ndarray, seats: np.ndarray) -> np.ndarray:
    """How posed joints move with the shape, (24, 3, 10), if at rest they move as `seats` do."""
    found = seats.copy()
    for joint, parent in enumerate(JOINT_PARENTS[1:], start=1):
        found[joint] = found[parent] + world[parent] @ (seats[joint] - seats[parent])
    return found


def _rotations(pose: Float[np.ndarray, "F 24 3"]) -> tuple[np.ndarray, np.ndarray]:
    """Of each joint (F, 24, 3, 3) against its parent, and against the world."""
    local = Rotation.from_rotvec(pose.reshape(-1, 3)).as_matrix().reshape(*pose.shape[:-1], 3, 3)
    rest = torch.zeros(len(pose), 24, 3, dtype=torch.float64)
    return local, pose_skeleton(torch.from_numpy(local), rest)[0].numpy()


def _turned(pose: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Poses after small turns of each joint, about the world's axes."""
    local, world = _rotations(pose)
    above = np.tile(np.eye(3), (len(pose), 24, 1, 1))
    above[:, 1:] = world[:, JOINT_PARENTS[1:]]
    more = Rotation.from_rotvec(turns.reshape(-1, 3)).as_matrix().reshape(local.shape)
    new = np.swapaxes(above, -1, -2) @ more @ above @ local
    return Rotation.from_matrix(new.reshape(-1, 3, 3)).as_rotvec().reshape(pose.shape)
