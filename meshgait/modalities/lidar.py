"""What a turning laser scanner sees of a mesh: rays cut with triangles, exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from meshgait.errors import ConfigError, DataError
from meshgait.mesh import Mesh
from meshgait.numerics import in_full_precision

_STEEP = math.radians(80.0)  # above which a bound on how far edges are bent says nothing


@dataclass(frozen=True)
class Lidar:
    """A scanner at `position` (metres) with `beams` from `lowest_deg` to `highest_deg` elevation.

    Beams are the rows of a scan; its columns are the steps of `step_deg` in which it turns through
    `width_deg` around `azimuth_deg` (0 looks along z, 90 along x). `noise` is the standard
    deviation of the range in metres, `dropout` the share of returns that are lost. From frame to
    frame it moves by `motion` (metres) and turns by `turn_deg`.
    """

    position: tuple[float, float, float]
    azimuth_deg: float = 0.0
    width_deg: float = 60.0
    step_deg: float = 0.2
    beams: int = 64
    lowest_deg: float = -25.0
    highest_deg: float = 15.0
    noise: float = 0.02
    dropout: float = 0.0
    motion: tuple[float, float, float] = (0.0, 0.0, 0.0)
    turn_deg: float = 0.0

    def __post_init__(self) -> None:
        if self.beams < 2 or not 0 < self.step_deg <= self.width_deg <= 180:
            raise ConfigError(
                "a scanner needs 2 beams or more and 0 < step_deg <= width_deg <= 180, got "
                f"{self.beams}, {self.step_deg} and {self.width_deg}"
            )
        if not -89 < self.lowest_deg < self.highest_deg < 89 or self.noise < 0:
            raise ConfigError("elevations must rise within 89 degrees, and noise be 0 or more")
        if not 0 <= self.dropout < 1:
            raise ConfigError(f"dropout is a share of 0 or more and below 1, got {self.dropout}")

    @property
    def size(self) -> tuple[int, int]:
        """Beams and steps."""
        return self.beams, round(self.width_deg / self.step_deg)


class LidarScan(NamedTuple):
    """What each ray hit, in metres; where `hit` is false all else is 0.

    `points` are in the axes of the mesh, `local` in those of the scanner, as data sets of scanners
    have them: z up, straight ahead along -x, y to the right.
    """

    points: Float[Tensor, "*batch beams steps 3"]
    range: Float[Tensor, "*batch beams steps"]
    hit: Bool[Tensor, "*batch beams steps"]
    local: Float[Tensor, "*batch beams steps 3"]


@in_full_precision
def lidar(mesh: Mesh, scanner: Lidar, generator: torch.Generator) -> LidarScan:
    """The nearest surface along each ray, upper beams first, with noise along the ray.

    Frames are the last axis of the batch. Gradients reach the vertices through the ranges; which
    face a ray hits has none. Raises `DataError` where the mesh is around the scanner.
    """
    mesh = mesh.used()
    lead = mesh.vertices.shape[:-2]
    frames = mesh.vertices.reshape(-1, *mesh.vertices.shape[-2:])
    axes, origin = _pose(scanner, len(frames), lead, frames)
    local = (frames - origin[:, None]).double() @ axes.mT
    azimuth = torch.atan2(local[..., 0], local[..., 2]).detach()
    if bool((azimuth.amax(-1) - azimuth.amin(-1) > math.pi).any()):
        raise DataError("the mesh lies behind or around the scanner; turn it or move it away")
    ray = _rays(scanner).to(local)
    face = _nearest(local.detach(), mesh.faces, ray, scanner)
    hit = face >= 0
    exact = _reach(local, mesh.faces, face, ray).to(frames)
    chance: dict[str, Any] = {
        "generator": generator, "device": generator.device, "dtype": torch.float32,
    }  # fmt: skip
    noise = scanner.noise * torch.randn(exact.shape, **chance).to(exact)
    if scanner.dropout:
        hit = hit & (torch.rand(exact.shape, **chance).to(exact.device) >= scanner.dropout)
    reach = torch.where(hit, (exact + noise).clamp(min=0), 0.0)
    own = reach[..., None] * ray.to(frames)
    place = (own.flatten(1, 2) @ axes.to(own) + origin[:, None]).unflatten(1, scanner.size)
    place = torch.where(hit[..., None], place, 0.0)
    seen = torch.stack([-own[..., 2], -own[..., 0], own[..., 1]], dim=-1)
    found = (place, reach, hit, seen)
    return LidarScan(*(x.reshape(*lead, *x.shape[1:]) for x in found))


def sample_returns(
    scan: LidarScan, count: int, generator: torch.Generator
) -> Float[Tensor, "*batch count 3"]:
    """`count` of the returns of each frame in the scanner's axes, at random and with replacement.

    As LidarGait++ is fed. Raises `DataError` for a frame without a return.
    """
    lead = scan.hit.shape[:-2]
    hit = scan.hit.reshape(-1, scan.hit.shape[-2] * scan.hit.shape[-1])
    silent = ~hit.any(1)
    if bool(silent.any()):
        raise DataError(
            f"no ray of frame {int(silent.nonzero()[0])} came back; place the scanner nearer to "
            "the walker, or leave that frame out"
        )
    if not len(hit):
        return scan.local.new_zeros(*lead, count, 3)
    weight = hit.to(generator.device, torch.float32)
    chosen = torch.multinomial(weight, count, replacement=True, generator=generator)
    points = scan.local.reshape(len(hit), -1, 3)
    index = chosen.to(points.device)[..., None].expand(-1, -1, 3)
    return points.gather(1, index).reshape(*lead, count, 3)


def _pose(
    scanner: Lidar, count: int, lead: tuple[int, ...], like: Tensor
) -> tuple[Float[Tensor, "N 3 3"], Float[Tensor, "N 3"]]:
    """Rows are the scanner's right, up and ahead, and where it stands, for each frame."""
    time = torch.arange(count, dtype=torch.float64) % (lead[-1] if lead else 1)
    turn = (scanner.azimuth_deg + time * scanner.turn_deg).deg2rad()
    sin, cos, zero, one = turn.sin(), turn.cos(), torch.zeros_like(turn), torch.ones_like(turn)
    rows = [cos, zero, -sin, zero, one, zero, sin, zero, cos]
    axes = torch.stack(rows, dim=-1).unflatten(-1, (3, 3)).to(like.device)
    start, step = (torch.tensor(x, dtype=torch.float64) for x in (scanner.position, scanner.motion))
    return axes, (start + time[:, None] * step).to(like)


def _rays(scanner: Lidar) -> Float[Tensor, "beams steps 3"]:
    """Unit directions of all rays: right, up, ahead."""
    beam, step = (torch.arange(count, dtype=torch.float64) for count in scanner.size)
    elevation = (scanner.highest_deg - beam * _rise(scanner)).deg2rad()[:, None]
    turn = ((step + 0.5) * scanner.step_deg - scanner.width_deg / 2).deg2rad()
    flat = elevation.cos()
    up = elevation.sin().expand(scanner.size)
    return torch.stack([flat * turn.sin(), up, flat * turn.cos()], dim=-1)


def _rise(scanner: Lidar) -> float:
    return (scanner.highest_deg - scanner.lowest_deg) / (scanner.beams - 1)


def _bounds(
    corner: Float[Tensor, "N F 3 3"], scanner: Lidar
) -> tuple[Int[Tensor, "N F 2"], Int[Tensor, "N F 2"]]:
    """The first row and column, and those after the last, of rays that may hit each face."""
    rows, columns = scanner.size
    azimuth = torch.atan2(corner[..., 0], corner[..., 2])
    flat = corner[..., [0, 2]].norm(dim=-1)
    elevation = torch.atan2(corner[..., 1], flat)
    low, high = elevation.amin(-1), elevation.amax(-1)
    left, right = azimuth.amin(-1), azimuth.amax(-1)
    # An edge is an arc of a great circle, and rises above both of its ends by less than this.
    direction = torch.nn.functional.normalize(corner, dim=-1)
    chord = (direction - direction.roll(1, dims=-2)).norm(dim=-1).amax(-1)
    arc = 2 * (chord / 2).clamp(max=1).asin()
    steepest = torch.maximum(high, -low) + arc
    bent = arc.square() / 4 * steepest.clamp(max=_STEEP).tan()
    whole = steepest > _STEEP
    low = (low - bent).masked_fill(whole, -math.pi)
    high = (high + bent).masked_fill(whole, math.pi)
    left, right = left.masked_fill(whole, -math.pi), right.masked_fill(whole, math.pi)
    first_row = (scanner.highest_deg - high.rad2deg()) / _rise(scanner)
    last_row = (scanner.highest_deg - low.rad2deg()) / _rise(scanner)
    first_column, last_column = (
        (side.rad2deg() + scanner.width_deg / 2) / scanner.step_deg - 0.5 for side in (left, right)
    )
    slack = 1e-6  # of a ray, for what rounding does to angles
    begin = torch.stack([first_row - slack, first_column - slack], dim=-1).ceil()
    end = torch.stack([last_row + slack, last_column + slack], dim=-1).floor() + 1
    size = end.new_tensor([rows, columns])
    return tuple(torch.minimum(x.clamp(min=0), size).long() for x in (begin, end))  # type: ignore[return-value]


def _nearest(
    local: Float[Tensor, "N V 3"],
    faces: Int[Tensor, "F 3"],
    ray: Float[Tensor, "beams steps 3"],
    scanner: Lidar,
) -> Int[Tensor, "N beams steps"]:
    """The face that each ray meets first, -1 for none."""
    rows, columns = scanner.size
    found = [local.new_zeros(0, rows, columns, dtype=torch.long)]  # for a batch of no frames
    for vertices in local:
        corner = vertices[faces].unsqueeze(0)
        begin, end = (bound[0] for bound in _bounds(corner, scanner))
        span = (end - begin).clamp(min=0)
        count = span.prod(-1)
        face = torch.arange(len(faces), device=local.device).repeat_interleave(count)
        before = count.cumsum(0) - count
        place = torch.arange(len(face), device=local.device) - before[face]
        row = begin[face, 0] + place // span[face, 1].clamp(min=1)
        column = begin[face, 1] + place % span[face, 1].clamp(min=1)
        reach, inside = _meet(corner[0, face], ray[row, column])
        index = (row * columns + column)[inside]
        nearest = local.new_full((rows * columns,), torch.inf)
        nearest = nearest.scatter_reduce(0, index, reach[inside], "amin")
        is_first = reach[inside] == nearest[index]
        image = torch.full((rows * columns,), -1, device=local.device)
        image[index[is_first]] = face[inside][is_first]
        found.append(image.reshape(1, rows, columns))
    return torch.cat(found)


def _meet(
    corner: Float[Tensor, "M 3 3"], ray: Float[Tensor, "M 3"]
) -> tuple[Float[Tensor, " M"], Bool[Tensor, " M"]]:
    """Distance to each face along a ray from the origin, and whether the ray meets it ahead.

    A ray that meets an edge meets one of its two faces at least: both compute it alike.
    """
    a, b, c = corner.unbind(-2)
    parts = [
        (torch.linalg.cross(one, other, dim=-1) * ray).sum(-1)
        for one, other in ((b, c), (c, a), (a, b))
    ]
    sides = torch.stack(parts, dim=-1)
    total = sides.sum(-1)
    volume = (torch.linalg.cross(b, c, dim=-1) * a).sum(-1)
    reach = volume / total
    same = (sides >= 0).all(-1) | (sides <= 0).all(-1)
    return reach, same & (total != 0) & (reach > 0)


def _reach(
    local: Float[Tensor, "N V 3"],
    faces: Int[Tensor, "F 3"],
    face: Int[Tensor, "N beams steps"],
    ray: Float[Tensor, "beams steps 3"],
) -> Float[Tensor, "N beams steps"]:
    """The distance along each ray to its face, with gradients; 0 without one."""
    frame, beam, step = (face >= 0).nonzero(as_tuple=True)
    corner = local[frame[:, None], faces[face[frame, beam, step]]]
    reach, _ = _meet(corner, ray[beam, step])
    return local.new_zeros(face.shape).index_put((frame, beam, step), reach)
