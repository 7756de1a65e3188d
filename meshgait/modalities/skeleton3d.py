"""Keypoints in space, in the order that a network or a data set wants."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait.errors import DataError, ShapeError
from meshgait.mesh import Mesh
from meshgait.modalities.joint_set import SMPL24, JointSet
from meshgait.numerics import in_full_precision


@in_full_precision
def skeleton3d(
    mesh: Mesh,
    joint_set: JointSet = SMPL24,
    *,
    landmarks: Int[Tensor, "21"] | None = None,
    centred: bool = False,
) -> Float[Tensor, "*batch K 3"]:
    """Keypoints of `joint_set` in metres, in the axes of the mesh; `centred`: from the pelvis.

    `landmarks` are the vertices that `Body.landmarks` names; all sets but `SMPL24` need them for
    face and feet. Raises `DataError` without them or without joints.
    """
    joints = mesh.require_joints()
    sources = joints
    if joint_set.needs_landmarks:
        sources = torch.cat([joints, _landmarks(mesh, landmarks)], dim=-2)
    weights = joint_set.weights[:, : sources.shape[-2]].to(sources)
    keypoints = weights @ sources
    return keypoints - joints[..., :1, :] if centred else keypoints


def _landmarks(mesh: Mesh, vertices: Int[Tensor, "21"] | None) -> Float[Tensor, "*batch 21 3"]:
    if vertices is None:
        raise DataError("these keypoints are vertices of face and feet; pass body.landmarks")
    if int(vertices.max()) >= mesh.vertices.shape[-2]:
        have = mesh.vertices.shape[-2]
        raise ShapeError(
            f"landmarks name vertex {int(vertices.max())}, but the mesh has {have} vertices; "
            "pass the landmarks of the body that made it"
        )
    return mesh.vertices[..., vertices, :]
