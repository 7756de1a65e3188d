"""What a walker carries and wears: bags tied to a joint, a coat over trunk and limbs.

A silhouette of several closed meshes is their union, so things are added as meshes of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait._optional import require
from meshgait.body import JOINT_INDEX, JOINT_PARENTS, Body, joint_labels
from meshgait.mesh import Mesh
from meshgait.numerics import in_full_precision, made_once
from meshgait.rotation import axis_angle_to_matrix

Condition = Literal["normal", "bag", "coat"]
BagKind = Literal["backpack", "satchel", "handbag"]

_RING = 24  # corners of a ring of a coat's skirt
_TRAIL_S = 0.12  # seconds that the hem at the knee is late


@dataclass(frozen=True)
class Bag:
    """A bag with rounded corners: its size (x, y, z in metres), and how it is carried."""

    kind: BagKind
    size: tuple[float, float, float]
    side: int = 1  # 1 left, -1 right


@dataclass(frozen=True)
class Coat:
    """A coat: how far it stands off the body, and how far down the thigh it reaches (0..1)."""

    thickness: float
    length: float


@dataclass(frozen=True)
class Outfit:
    """A bag, a coat, or neither."""

    bag: Bag | None = None
    coat: Coat | None = None

    @classmethod
    def draw(cls, condition: Condition, generator: np.random.Generator) -> Outfit:
        """A bag or a coat at random, as `condition` asks."""
        if condition == "bag":
            kinds: dict[BagKind, tuple[float, float, float]] = {
                "backpack": (0.28, 0.42, 0.16),
                "satchel": (0.12, 0.26, 0.32),
                "handbag": (0.12, 0.24, 0.30),
            }
            kind = list(kinds)[generator.integers(len(kinds))]
            size = np.array(kinds[kind]) * generator.uniform(0.85, 1.15, 3)
            side = int(generator.choice([-1, 1]))
            return cls(bag=Bag(kind, tuple(size.tolist()), side))
        if condition == "coat":
            thickness, length = generator.uniform([0.012, 0.3], [0.035, 0.9])
            return cls(coat=Coat(float(thickness), float(length)))
        return cls()

    @in_full_precision
    def dress(
        self,
        body: Body,
        mesh: Mesh,
        pose: Float[Tensor, "*batch 72"],
        *,
        fps: float | None = None,
    ) -> Mesh:
        """The clothed mesh: body and things side by side, closed each; joints are kept.

        With `fps` the meshes are frames of a walk, and what hangs loose trails behind.
        """
        vertices, faces = [mesh.vertices], [mesh.faces]
        joints, turns = mesh.require_joints(), _joint_rotations(pose)
        things = []
        if self.coat is not None:
            vertices = [_put_on(self.coat, body, mesh)]
            things.append(_skirt(self.coat, body, mesh, joints, turns, fps))
        if self.bag is not None:
            things.append(_carry(self.bag, body, mesh, joints, turns))
        for points, triangles in things:
            faces.append(triangles.to(mesh.faces) + sum(part.shape[-2] for part in vertices))
            vertices.append(points)
        if len(faces) == 1:
            return Mesh(vertices[0], mesh.joints, mesh.faces)
        return Mesh(torch.cat(vertices, dim=-2), mesh.joints, torch.cat(faces))


def _joint_rotations(pose: Float[Tensor, "*batch 72"]) -> Float[Tensor, "*batch 24 3 3"]:
    """Orientation of every joint in the world."""
    local = axis_angle_to_matrix(pose.unflatten(-1, (24, 3))).unbind(-3)
    world = [local[0]]
    for joint in range(1, 24):
        world.append(world[JOINT_PARENTS[joint]] @ local[joint])
    return torch.stack(world, dim=-3)


def _own_vertices(body: Body, *joints: str) -> Int[Tensor, " K"]:
    """The vertices that move with one of `joints` most of all."""
    owner = joint_labels(body.weights)
    indices = torch.tensor([JOINT_INDEX[joint] for joint in joints], device=owner.device)
    return torch.isin(owner, indices).nonzero()[:, 0]


def _put_on(coat: Coat, body: Body, mesh: Mesh) -> Float[Tensor, "*batch V 3"]:
    """The body's skin, moved out where the coat covers it."""
    covered = (
        "pelvis", "spine1", "spine2", "spine3", "left_collar", "right_collar", "left_shoulder",
        "right_shoulder", "left_elbow", "right_elbow", "left_hip", "right_hip",
    )  # fmt: skip
    share = body.weights[:, [JOINT_INDEX[joint] for joint in covered]].sum(dim=1)
    return mesh.vertices + coat.thickness * share[:, None] * mesh.vertex_normals()


def _skirt(
    coat: Coat, body: Body, mesh: Mesh, joints: Tensor, turns: Tensor, fps: float | None
) -> tuple[Float[Tensor, "*batch K 3"], Int[Tensor, "L 3"]]:
    """A closed tube of elliptic rings from the waist down, wide enough for both thighs."""
    hips = [joints[..., JOINT_INDEX[f"{side}_hip"], :] for side in ("left", "right")]
    knees = [joints[..., JOINT_INDEX[f"{side}_knee"], :] for side in ("left", "right")]
    radius = _thigh_radius(body, mesh, joints) + coat.thickness + 0.01
    pelvis = turns[..., 0, :, :]
    angle = torch.arange(_RING).to(pelvis) * (2 * torch.pi / _RING)
    circle = torch.stack([angle.sin(), torch.zeros_like(angle), angle.cos()], dim=-1)
    rings = []
    for down in (None, 0.0, *np.linspace(0.15, coat.length, 4).tolist()):
        share = down or 0.0
        left, right = (hip + share * (knee - hip) for hip, knee in zip(hips, knees, strict=True))
        middle = joints[..., 0, :] if down is None else (left + right) / 2
        apart = ((left - right)[..., None, :] @ pelvis)[..., 0, :].abs() / 2
        half = (apart + radius)[..., None, :]  # of the ellipse, in the axes of the pelvis
        if fps is not None:
            middle = joints[..., 0, :] + _trail(middle - joints[..., 0, :], share * _TRAIL_S * fps)
        rings.append(middle[..., None, :] + (circle * half) @ pelvis.mT)
    return _cap(torch.stack(rings, dim=-3))


def _trail(place: Float[Tensor, "*batch T 3"], frames: float) -> Float[Tensor, "*batch T 3"]:
    """What follows `place` late: a first-order lag of so many frames, at rest before the first."""
    keep = frames / (1 + frames)
    found = [place[..., 0, :]]
    for now in place.unbind(-2)[1:]:
        found.append(keep * found[-1] + (1 - keep) * now)
    return torch.stack(found, dim=-2)


def _thigh_radius(body: Body, mesh: Mesh, joints: Tensor) -> float:
    """Mean distance of the skin of the left thigh from its bone."""
    hip, knee = (joints[..., JOINT_INDEX[name], :] for name in ("left_hip", "left_knee"))
    bone = torch.nn.functional.normalize(knee - hip, dim=-1)[..., None, :]
    skin = mesh.vertices[..., _own_vertices(body, "left_hip"), :] - hip[..., None, :]
    return float(torch.linalg.cross(skin, bone.expand_as(skin), dim=-1).norm(dim=-1).mean())


def _cap(
    rings: Float[Tensor, "*batch R C 3"],
) -> tuple[Float[Tensor, "*batch K 3"], Int[Tensor, "L 3"]]:
    """Close a tube of rings, top first, with a point in the middle of either end."""
    count, corners = rings.shape[-3:-1]
    ends = rings[..., [0, -1], :, :].mean(dim=-2)
    points = torch.cat([rings.flatten(-3, -2), ends], dim=-2)
    corner = torch.arange(corners)
    after = (corner + 1) % corners
    faces = []
    for ring in range(count - 1):
        a, b = ring * corners + corner, ring * corners + after
        faces += [
            torch.stack([a, a + corners, b], 1),
            torch.stack([b, a + corners, b + corners], 1),
        ]
    top, bottom, last = count * corners, count * corners + 1, (count - 1) * corners
    faces.append(torch.stack([corner, after, torch.full_like(corner, top)], 1))
    faces.append(torch.stack([last + after, last + corner, torch.full_like(corner, bottom)], 1))
    return points, torch.cat(faces)


def _carry(
    bag: Bag, body: Body, mesh: Mesh, joints: Tensor, turns: Tensor
) -> tuple[Float[Tensor, "*batch K 3"], Int[Tensor, "L 3"]]:
    """A bag's corners where it hangs in every frame."""
    points, faces = _rounded_box()
    box = points.to(mesh.vertices) * mesh.vertices.new_tensor(bag.size) / 2
    joint, near = {
        "backpack": ("spine3", ("spine2", "spine3")),
        "satchel": ("pelvis", ("pelvis",)),
        "handbag": ("pelvis", ()),
    }[bag.kind]
    turn, place = turns[..., JOINT_INDEX[joint], :, :], joints[..., JOINT_INDEX[joint], :]
    if bag.kind == "handbag":
        hand = joints[..., JOINT_INDEX["left_hand" if bag.side > 0 else "right_hand"], :]
        center = hand - hand.new_tensor([0.0, bag.size[1] / 2 + 0.05, 0.0])
    else:
        skin = mesh.vertices[..., _own_vertices(body, *near), :]
        local = (skin - place[..., None, :]) @ turn  # in the axes of the joint
        offset = [0.0, 0.0, float(local[..., 2].amin()) - bag.size[2] / 2 + 0.02]
        if bag.kind == "satchel":
            aside = float(local[..., 0].amax()) + bag.size[0] / 2 - 0.01
            offset = [bag.side * aside, -0.03, 0.02]
        center = place + (turn @ place.new_tensor(offset)[:, None])[..., 0]
    return center[..., None, :] + box @ turn.mT, faces


@made_once(maxsize=1)
def _rounded_box() -> tuple[Float[Tensor, "K 3"], Int[Tensor, "L 3"]]:
    """A closed box between -1 and 1 with soft edges: the unit ball of the 6-norm."""
    ball = require("trimesh").creation.icosphere(2)
    points = torch.from_numpy(np.array(ball.vertices, dtype=np.float32))
    scale = points.abs().pow(6).sum(dim=1, keepdim=True).pow(-1 / 6)
    return points * scale, torch.from_numpy(np.array(ball.faces, dtype=np.int64))
