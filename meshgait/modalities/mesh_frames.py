"""The mesh itself, seen from the world, a camera or the walker; and how fast its skin moves."""

from __future__ import annotations

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.camera import Camera, WeakPerspective
from meshgait.errors import ConfigError, ShapeError
from meshgait.mesh import Mesh
from meshgait.modalities.heading import heading
from meshgait.numerics import in_full_precision


def mesh_in_camera(mesh: Mesh, camera: Camera | WeakPerspective) -> Mesh:
    """The mesh in the axes of the camera: x right, y down, z forward, metres."""
    joints = None if mesh.joints is None else camera.to_camera(mesh.joints)
    return replace(mesh, vertices=camera.to_camera(mesh.vertices), joints=joints)


@in_full_precision
def canonical_mesh(mesh: Mesh) -> Mesh:
    """The mesh as the walker has it: pelvis at the origin, facing along z in every frame.

    Where somebody walks and where to is gone, and nothing else: lean and height over the ground
    against the pelvis stay. Raises `DataError` for a mesh without joints.
    """
    joints = mesh.require_joints()
    turn = _about_up(-heading(joints))
    root = joints[..., :1, :]
    return replace(
        mesh, vertices=(mesh.vertices - root) @ turn.mT, joints=(joints - root) @ turn.mT
    )


def _about_up(angle: Float[Tensor, "*batch"]) -> Float[Tensor, "*batch 3 3"]:
    """Rotation about y that adds `angle` radians to a heading."""
    zero, one = torch.zeros_like(angle), torch.ones_like(angle)
    c, s = angle.cos(), angle.sin()
    return torch.stack([c, zero, s, zero, one, zero, -s, zero, c], dim=-1).unflatten(-1, (3, 3))


def velocity(points: Float[Tensor, "*batch T N 3"], fps: float) -> Float[Tensor, "*batch T N 3"]:
    """Metres per second of vertices or joints: central differences, one-sided at either end.

    >>> import torch
    >>> velocity(torch.tensor([0.0, 1.0, 4.0]).reshape(3, 1, 1).expand(3, 1, 3), 10.0)[:, 0, 0]
    tensor([10., 20., 30.])
    """
    if not fps > 0:
        raise ConfigError(f"fps must be above 0, got {fps}")
    if points.shape[-3] < 2:
        raise ShapeError(f"a velocity needs two frames or more, got {points.shape[-3]}")
    step = points.diff(dim=-3) * fps
    inner = (step[..., 1:, :, :] + step[..., :-1, :, :]) / 2
    return torch.cat([step[..., :1, :, :], inner, step[..., -1:, :, :]], dim=-3)
