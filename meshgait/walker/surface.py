"""What ten shape coefficients do not say: belly, hips, calves, hair; smooth bumps of skin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.body import JOINT_INDEX, Body
from meshgait.mesh import Mesh
from meshgait.numerics import in_full_precision

HEIGHT = 0.008  # metres that a bump of one deviation stands off

# From which joint, where (metres from it at rest, left side) and how wide; with its mirror image.
_BUMPS = (
    ("spine1", (0.00, 0.00, 0.10), 0.12),  # belly
    ("left_hip", (0.08, 0.02, 0.00), 0.10),  # hips
    ("pelvis", (0.05, -0.03, -0.10), 0.10),  # buttocks
    ("spine3", (0.05, 0.02, 0.10), 0.11),  # chest
    ("left_collar", (0.05, 0.03, -0.03), 0.11),  # shoulders and upper back
    ("left_hip", (0.02, -0.20, 0.00), 0.12),  # thighs
    ("left_knee", (0.00, -0.12, -0.03), 0.09),  # calves
    ("head", (0.00, 0.12, -0.03), 0.13),  # hair
)


@in_full_precision
def bumps(body: Body) -> Float[Tensor, "M V"]:
    """How much each bump lifts each vertex, 1 where it is highest."""
    rest = body.layer.v_template
    joints = body.joints_of(rest)
    mirror = rest.new_tensor([-1.0, 1.0, 1.0])
    found = []
    for joint, offset, width in _BUMPS:
        middle = joints[JOINT_INDEX[joint]] + rest.new_tensor(offset)
        near = torch.stack([(rest - m).square().sum(-1) for m in (middle, middle * mirror)])
        found.append(torch.exp(-near.amin(0) / (2 * width**2)))
    return torch.stack(found)


@in_full_precision
def reshape_surface(body: Body, mesh: Mesh, surface: Float[np.ndarray, " M"]) -> Mesh:
    """Bodies whose skin stands off along its normals, `surface` times 8 mm of each bump."""
    heights = HEIGHT * torch.as_tensor(surface).to(mesh.vertices) @ bumps(body).to(mesh.vertices)
    return replace(mesh, vertices=mesh.vertices + heights[:, None] * mesh.vertex_normals())
