"""The body as one capsule per bone, fitted to its skin in closed form.

Marr and Nishihara (Proc. R. Soc. B 1978) describe animals by generalised cylinders; the early
model-based gait methods fit them to volumes. Here the skin is known, and which bone it follows.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import normalize

from meshgait.body.names import JOINT_INDEX, JOINT_NAMES
from meshgait.errors import ConfigError, ShapeError
from meshgait.mesh import Mesh
from meshgait.numerics import in_full_precision, made_once

# Which joints an axis runs between. A bone between two joints is as long as they are apart; others,
# marked by False, are as long as their skin.
_AXES: dict[str, tuple[str, str, bool]] = {
    "pelvis": ("right_hip", "left_hip", False),
    "spine1": ("right_hip", "left_hip", False),
    "spine2": ("right_shoulder", "left_shoulder", False),
    "spine3": ("right_shoulder", "left_shoulder", False),
    "neck": ("neck", "head", True),
    "head": ("neck", "head", False),
}
for _side in ("left", "right"):
    _AXES |= {
        f"{_side}_hip": (f"{_side}_hip", f"{_side}_knee", True),
        f"{_side}_knee": (f"{_side}_knee", f"{_side}_ankle", True),
        f"{_side}_ankle": (f"{_side}_ankle", f"{_side}_foot", False),
        f"{_side}_foot": (f"{_side}_ankle", f"{_side}_foot", False),
        f"{_side}_collar": (f"{_side}_collar", f"{_side}_shoulder", True),
        f"{_side}_shoulder": (f"{_side}_shoulder", f"{_side}_elbow", True),
        f"{_side}_elbow": (f"{_side}_elbow", f"{_side}_wrist", True),
        f"{_side}_wrist": (f"{_side}_wrist", f"{_side}_hand", False),
        f"{_side}_hand": (f"{_side}_wrist", f"{_side}_hand", False),
    }


class Cylinders(NamedTuple):
    """Capsules in metres, in the order of `JOINT_NAMES`: the ends of the axis, and the radius."""

    start: Float[Tensor, "*batch 24 3"]
    end: Float[Tensor, "*batch 24 3"]
    radius: Float[Tensor, "*batch 24"]

    @property
    def length(self) -> Float[Tensor, "*batch 24"]:
        """Of the axes, without the caps."""
        return (self.end - self.start).norm(dim=-1)


@in_full_precision
def cylinders(mesh: Mesh, skinning: Float[Tensor, "V 24"]) -> Cylinders:
    """One capsule for the skin that follows each joint, with gradients to skin and joints.

    A vertex counts by its area and by its skinning weight. The axis has the direction of two joints
    and passes through the centroid of the skin; the radius is the skin's root mean square distance
    from it. Limbs reach from joint to joint; trunk, head, hands and feet are as long as a
    tube with the skin's variance along the axis, caps included. `skinning` is `Body.weights`;
    vertices beyond its rows, bags and coats, do not count. Raises `DataError` without joints.
    """
    joints = mesh.require_joints()
    if len(skinning) > mesh.vertices.shape[-2]:
        raise ShapeError(
            f"skinning has {len(skinning)} rows, the mesh only {mesh.vertices.shape[-2]} vertices"
        )
    vertices = mesh.vertices[..., : len(skinning), :]
    share = _vertex_areas(mesh)[..., : len(skinning), None] * skinning.to(vertices)
    middle, spread = _moments(vertices, share / share.sum(-2, keepdim=True))
    first, last, is_between = _table(vertices.device)
    axis = normalize(joints[..., last, :] - joints[..., first, :], dim=-1)
    along = torch.einsum("...ji,...jik,...jk->...j", axis, spread, axis)
    radius = (spread.diagonal(dim1=-2, dim2=-1).sum(-1) - along).clamp(min=1e-12).sqrt()
    half = ((3 * along.clamp(min=1e-12)).sqrt() - radius).clamp(min=0)[..., None] * axis
    # Between joints: from one to the other, moved sideways onto the axis of the skin.
    aside = middle - joints[..., first, :]
    aside = aside - (aside * axis).sum(-1, keepdim=True) * axis
    between = is_between[:, None]
    start = torch.where(between, joints[..., first, :] + aside, middle - half)
    end = torch.where(between, joints[..., last, :] + aside, middle + half)
    return Cylinders(start, end, radius)


def _vertex_areas(mesh: Mesh) -> Float[Tensor, "*batch V"]:
    """A third of the triangles around each vertex."""
    a, b, c = mesh.vertices[..., mesh.faces, :].unbind(-2)
    area = torch.linalg.cross(b - a, c - a, dim=-1).norm(dim=-1) / 6
    total = torch.zeros_like(mesh.vertices[..., 0])
    for corner in mesh.faces.unbind(-1):
        total = total.index_add(-1, corner, area)
    return total


def _moments(
    points: Float[Tensor, "*batch V 3"], share: Float[Tensor, "*batch V J"]
) -> tuple[Float[Tensor, "*batch J 3"], Float[Tensor, "*batch J 3 3"]]:
    """Mean and covariance of each part; a part's shares sum to 1."""
    origin = points.mean(-2, keepdim=True)  # far from it squares would lose digits
    local = points - origin
    mean = share.mT @ local
    product = (local[..., :, None] * local[..., None, :]).flatten(-2)
    square = (share.mT @ product).unflatten(-1, (3, 3))
    return mean + origin, square - mean[..., :, None] * mean[..., None, :]


def _table(device: torch.device) -> tuple[Int[Tensor, "24"], Int[Tensor, "24"], Tensor]:
    rows = [_AXES[name] for name in JOINT_NAMES]
    first = torch.tensor([JOINT_INDEX[start] for start, _, _ in rows], device=device)
    last = torch.tensor([JOINT_INDEX[end] for _, end, _ in rows], device=device)
    return first, last, torch.tensor([between for _, _, between in rows], device=device)


@in_full_precision
def cylinder_mesh(capsules: Cylinders, *, segments: int = 12) -> Mesh:
    """The capsules as one mesh of 24 closed surfaces, round to `segments` corners.

    Its silhouette is the union of theirs. Gradients reach ends and radii.
    """
    if segments < 4 or segments % 2:
        raise ConfigError(f"segments must be even and 4 or more, got {segments}")
    points, at_end, faces = _unit_capsule(segments)
    points, at_end = points.to(capsules.radius), at_end.to(capsules.radius.device)
    frame = _frames(normalize(capsules.end - capsules.start, dim=-1))
    round_ = (frame.unsqueeze(-3) @ points[..., None])[..., 0] * capsules.radius[..., None, None]
    place = torch.where(at_end[:, None], capsules.end.unsqueeze(-2), capsules.start.unsqueeze(-2))
    offset = torch.arange(capsules.radius.shape[-1])[:, None, None] * len(points)
    joined = (faces + offset).reshape(-1, 3).to(capsules.radius.device)
    return Mesh((place + round_).flatten(-3, -2), None, joined)


def _frames(axis: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 3 3"]:
    """Rotations whose third column is `axis`."""
    least = torch.nn.functional.one_hot(axis.abs().argmin(-1), 3).to(axis)
    side = normalize(torch.linalg.cross(axis, least, dim=-1), dim=-1)
    return torch.stack([side, torch.linalg.cross(axis, side, dim=-1), axis], dim=-1)


@made_once(maxsize=4)
def _unit_capsule(
    segments: int,
) -> tuple[Float[Tensor, "P 3"], Bool[Tensor, " P"], Int[Tensor, "L 3"]]:
    """A ball of radius 1, its upper half to be moved to the other end of the axis."""
    rings = segments // 2
    low = torch.arange(1, rings // 2 + 1, dtype=torch.float64) / (rings // 2) - 1
    low = low * (torch.pi / 2)
    height = torch.cat([low, -low.flip(0)])  # the equator twice: once at either end
    angle = torch.arange(segments, dtype=torch.float64) * (2 * torch.pi / segments)
    ring = torch.stack([angle.cos(), angle.sin(), torch.zeros_like(angle)], dim=-1)
    points = ring * height.cos()[:, None, None]
    points[..., 2] = height.sin()[:, None]
    poles = angle.new_tensor([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]])
    points = torch.cat([points.reshape(-1, 3), poles])
    at_end = points[:, 2] > 0
    count = len(height)
    at_end[: count * segments] = torch.arange(count * segments) >= count * segments // 2
    corner = torch.arange(segments)
    after = (corner + 1) % segments
    faces = []
    for k in range(count - 1):
        a, b = k * segments + corner, k * segments + after
        faces += [
            torch.stack([a, b, b + segments], 1),
            torch.stack([a, b + segments, a + segments], 1),
        ]
    bottom, top = count * segments, count * segments + 1
    faces.append(torch.stack([torch.full_like(corner, bottom), after, corner], 1))
    last = (count - 1) * segments
    faces.append(torch.stack([last + corner, last + after, torch.full_like(corner, top)], 1))
    return points, at_end, torch.cat(faces)
