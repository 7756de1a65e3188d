"""Videos of painted walkers with their truth: who is where, with which joints, in which pixels.

Clothes have patterns and the room is rough at all scales, because networks that were taught by
photographs find a plain grey body in half of the pictures only. No real person is in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, UInt8
from torch import Tensor

from meshgait.body import JOINT_NAMES, Body, joint_labels
from meshgait.camera import Camera
from meshgait.mesh import Mesh
from meshgait.numerics import in_no_mode, stream
from meshgait.render import interpolate, normals, rasterize, screen, vertex_labels
from meshgait.sequence.motion import Motion
from meshgait.walker import Identity, Route, walk
from meshgait.walker.surface import reshape_surface

_FINE = 2  # samples per pixel and side
_CLOTHES = ("skin", "hair", "eyes", "shirt", "trousers", "shoes")
_SHIRT = ("pelvis", "spine", "collar", "shoulder")
_LIGHT = (-0.4, -0.7, -0.6)  # from above the camera's left shoulder, in its axes


@dataclass(frozen=True, eq=False)
class Painted:
    """A walker in a scene: motion, the form of the body, and what seeds the colours of clothes."""

    name: str
    motion: Motion
    surface: Float[np.ndarray, " M"]
    paint: int

    @classmethod
    def draw(
        cls,
        name: str,
        seed: int,
        body: Body,
        *,
        start: tuple[float, float],
        heading_deg: float,
        frames: int,
        fps: float = 30.0,
        wears: int = 0,
    ) -> Painted:
        """Person `seed` walks straight through `start` (x, z metres, in the middle of the clip).

        A heading of 0 goes along z, 90 along x. `wears` numbers other clothes of the same person.
        """
        person = Identity.draw(stream("painted person", seed))
        route = Route(heading=float(np.deg2rad(heading_deg)))
        phase = stream("painted walk", seed, wears).uniform()
        steps = walk(body, person, route, frames=frames, fps=fps, phase=phase, variation=seed)
        shift = np.array([start[0], 0.0, start[1]])
        motion = steps.motion.carried(body, np.eye(3), shift)
        return cls(name, motion, person.surface, 1000 * seed + wears)


@dataclass(frozen=True, eq=False)
class Truth:
    """What a frame shows: the picture, and of each walker what is seen and what would be.

    `seen` are the pixels of each walker that nobody and nothing hides, `whole` all that would be
    seen of them alone; `joints_px` are SMPL's, `joints` in the axes of the camera, metres.
    """

    picture: UInt8[np.ndarray, "H W 3"]
    seen: Bool[np.ndarray, "P H W"]
    whole: Bool[np.ndarray, "P H W"]
    joints_px: Float[np.ndarray, "P 24 2"]
    joints: Float[np.ndarray, "P 24 3"]


@dataclass(frozen=True, eq=False)
class PaintedScene:
    """Walkers before a camera at rest, in a room that `seed` draws.

    `pillar` is left and right of something that stands before everybody, in shares of the width.
    """

    people: Sequence[Painted]
    camera: Camera
    seed: int = 0
    pillar: tuple[float, float] | None = None
    body: Body = field(default_factory=Body.embedded)

    def __len__(self) -> int:
        return max((len(person.motion) for person in self.people), default=0)

    @in_no_mode()
    @torch.no_grad()
    def frames(self) -> Iterator[Truth]:
        """All frames, one after the other."""
        room = draw_room(self.camera.size, self.seed)
        room = room.repeat_interleave(_FINE, 0).repeat_interleave(_FINE, 1)
        coats = [_Paint.draw(self.body, person.paint) for person in self.people]
        for index in range(len(self)):
            yield self._frame(index, room, coats)

    def _frame(self, index: int, room: Tensor, coats: Sequence[_Paint]) -> Truth:
        H, W = self.camera.size
        fine = self.camera.resize((_FINE * H, _FINE * W))
        picture = room.clone()
        near = torch.full(fine.size, torch.inf)
        owner = torch.full(fine.size, -1)
        whole, joints = [], []
        for number, (person, paint) in enumerate(zip(self.people, coats, strict=True)):
            moment = person.motion.cut(index, index + 1)
            mesh = reshape_surface(self.body, moment.decode(self.body), person.surface)
            rows, columns = _around(mesh, fine)
            corner, part = (columns.start, rows.start), (rows, columns)
            size = (rows.stop - rows.start, columns.stop - columns.start)
            color, depth = paint.render(mesh, fine.crop(corner, size))
            is_there = torch.zeros(fine.size, dtype=torch.bool)
            is_there[part] = depth > 0
            is_first = (depth > 0) & (depth < near[part])
            picture[part][is_first] = color[is_first]
            near[part][is_first], owner[part][is_first] = depth[is_first], number
            whole.append(_half(is_there))
            joints.append(mesh.require_joints()[0])
        if self.pillar is not None:
            left, right = (round(share * W * _FINE) for share in self.pillar)
            picture[:, left:right] = _pillar(room, right - left)
            owner[:, left:right] = -1
        seen = [_half(owner == number) for number in range(len(self.people))]
        small = _blocks(picture) / _FINE**2
        noise = torch.from_numpy(stream("grain", self.seed, index).normal(0, 0.012, (H, W, 3)))
        return Truth(
            ((small + noise).clamp(0, 1) * 255).round().to(torch.uint8).numpy(),
            np.stack(seen) if seen else np.zeros((0, H, W), bool),
            np.stack(whole) if whole else np.zeros((0, H, W), bool),
            np.stack([self.camera.project(j).numpy() for j in joints] or [np.zeros((24, 2))]),
            np.stack([self.camera.to_camera(j).numpy() for j in joints] or [np.zeros((24, 3))]),
        )


def _around(mesh: Mesh, camera: Camera) -> tuple[slice, slice]:
    """Rows and columns of a picture in which a mesh is; one of each where it is outside."""
    pixels, (H, W) = camera.project(mesh.vertices[0]), camera.size
    (left, top), (right, bottom) = pixels.amin(0).tolist(), pixels.amax(0).tolist()
    top, left = min(max(int(top) - 1, 0), H - 1), min(max(int(left) - 1, 0), W - 1)
    return (
        slice(top, max(top + 1, min(int(bottom) + 2, H))),
        slice(left, max(left + 1, min(int(right) + 2, W))),
    )


def _half(fine: Bool[Tensor, "h w"]) -> Bool[np.ndarray, "H W"]:
    """Pixels of which more than half is covered."""
    return (2 * _blocks(fine.to(torch.uint8)) > _FINE**2).numpy()


def _blocks(fine: Tensor) -> Tensor:
    """Sums over the samples of each pixel; a third of the time that torch's own mean takes."""
    rows = reduce(torch.add, (fine[k::_FINE] for k in range(_FINE)))
    return reduce(torch.add, (rows[:, k::_FINE] for k in range(_FINE)))


@dataclass(frozen=True, eq=False)
class _Paint:
    """Which garment each vertex wears, its colours, its pattern, and the body at rest."""

    garment: Int[Tensor, " V"]
    color: Float[Tensor, "6 3"]
    second: Float[Tensor, "6 3"]
    waves: Float[Tensor, "6 3"]
    rest: Float[Tensor, "V 3"]
    faces: Int[Tensor, "F 3"]

    @classmethod
    def draw(cls, body: Body, seed: int) -> _Paint:
        chance = stream("paint", seed)
        rest = body(pose=torch.zeros(1, 72), betas=torch.zeros(10))
        tones = chance.uniform(0.08, 0.85, (6, 3))
        skin = np.array([0.80, 0.62, 0.50]) * chance.uniform(0.45, 1.1)
        tones[0], tones[1], tones[2] = skin, skin * chance.uniform(0.1, 0.5), (0.08, 0.06, 0.06)
        tones[5] *= 0.4
        second = np.clip(tones + chance.uniform(-0.35, 0.35, (6, 3)), 0.02, 0.95)
        second[:3] = tones[:3]
        waves = chance.uniform(-90, 90, (6, 3))
        waves[:3] = 0
        color, other, wave = (torch.from_numpy(part).float() for part in (tones, second, waves))
        garment = _garments(body, rest.vertices[0])
        return cls(garment, color, other, wave, rest.vertices[0], rest.faces)

    def render(self, mesh: Mesh, camera: Camera) -> tuple[Float[Tensor, "H W 3"], Tensor]:
        """Colour and depth of one walker; depth is 0 where there is none."""
        points = mesh.vertices[0]
        seen = rasterize(screen(points, camera), self.faces, camera.size)
        worn = vertex_labels(seen, self.faces, self.garment, background=0)
        place = interpolate(seen, self.faces, self.rest)
        wave = (place * self.waves[worn]).sum(-1).sin()
        share = (0.5 + 0.6 * wave + 0.25 * (place * 61).sin().prod(-1)).clamp(0, 1)[..., None]
        tone = share * self.color[worn] + (1 - share) * self.second[worn]
        facing = normals(seen, camera.to_camera(points), self.faces)
        facing = facing * -facing[..., 2:].sign()
        lamp = torch.nn.functional.normalize(torch.tensor(_LIGHT), dim=0)
        light = 0.45 - 0.2 * facing[..., 2] + 0.5 * (facing @ lamp).clamp(min=0)
        return (tone * light[..., None]).clamp(0, 1), seen.depth


def _garments(body: Body, rest: Float[Tensor, "V 3"]) -> Int[Tensor, " V"]:
    """Shirt with short sleeves, trousers, shoes, hair, and eyes on the skin of the face."""
    owner = joint_labels(body.weights)
    found = torch.zeros(len(rest), dtype=torch.long)
    for joint, name in enumerate(JOINT_NAMES):
        word = next(
            (
                garment
                for garment, parts in (
                    ("shirt", _SHIRT), ("trousers", ("hip", "knee")), ("shoes", ("ankle", "foot")),
                )
                if any(part in name for part in parts)
            ),
            "skin",
        )  # fmt: skip
        found[owner == joint] = _CLOTHES.index(word)
    head = owner == JOINT_NAMES.index("head")
    low, high = rest[head].amin(0), rest[head].amax(0)
    up, ahead = ((rest - low) / (high - low))[:, 1:].unbind(-1)
    found[head & ((up > 0.8) | ((ahead < 0.45) & (up > 0.3)))] = _CLOTHES.index("hair")
    aside = (rest[:, 0] - (low + high)[0] / 2).abs() / (high - low)[0]
    eyes = head & (ahead > 0.75) & (aside - 0.2).abs().lt(0.07) & (up - 0.55).abs().lt(0.06)
    found[eyes] = _CLOTHES.index("eyes")
    return found


def draw_room(size: tuple[int, int], seed: int) -> Float[Tensor, "H W 3"]:
    """A wall and a floor with things before them: edges, and roughness at all scales."""
    from scipy.ndimage import gaussian_filter

    chance, (H, W) = stream("room", seed), size
    room = np.empty((H, W, 3))
    horizon = round(H * chance.uniform(0.35, 0.55))
    for rows in (slice(0, horizon), slice(horizon, H)):
        room[rows] = chance.uniform(0.3, 0.75, 3)
    for _ in range(int(chance.integers(8, 16))):
        height, width = (chance.uniform(0.05, 0.35, 2) * [H, W]).astype(int) + 1
        bottom = int(chance.integers(height // 2, max(horizon, height // 2 + 1)))
        left = int(chance.integers(-width // 2, W))
        rows, columns = slice(max(0, bottom - height), bottom), slice(max(left, 0), left + width)
        room[rows, columns] = room[rows, columns] * 0.3 + 0.7 * chance.uniform(0.1, 0.9, 3)
    for grain in (0.6, 2.0, 6.0, 20.0, 60.0):
        rough = gaussian_filter(chance.standard_normal((H, W, 1)), (grain, grain, 0))
        tint = gaussian_filter(chance.standard_normal((H, W, 3)), (grain, grain, 0))
        room += 0.05 * rough / rough.std() + 0.012 * tint / tint.std()
    room *= np.linspace(chance.uniform(0.8, 1.0), chance.uniform(0.8, 1.1), W)[None, :, None]
    return torch.from_numpy(gaussian_filter(np.clip(room, 0, 1), (0.7, 0.7, 0))).float()


def _pillar(room: Float[Tensor, "H W 3"], width: int) -> Float[Tensor, "w 3"]:
    """A round pillar in the colour of the wall."""
    across = torch.linspace(-0.95, 0.95, width)
    tone = room.mean((0, 1)) * 0.7
    return tone * (0.35 + 0.65 * (1 - across.square()).sqrt())[:, None]


def camera_at(
    size: tuple[int, int], *, eye: tuple[float, float, float], fov_deg: float = 40.0,
    target: tuple[float, float, float] = (0.0, 0.9, 0.0),
) -> Camera:  # fmt: skip
    """A camera that looks from `eye` at `target`, metres."""
    return Camera.look_at(torch.tensor(eye), torch.tensor(target), size, fov_deg=fov_deg)
