"""Point clouds: the surface sampled evenly, and what a turning laser scanner would see of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from meshgait.errors import ConfigError, DataError
from meshgait.mesh import Mesh
from meshgait.render import rasterize


class PointCloud(NamedTuple):
    """Places in metres and unit normals, in the axes of the mesh."""

    points: Float[Tensor, "*batch N 3"]
    normals: Float[Tensor, "*batch N 3"]


def points(mesh: Mesh, count: int, generator: torch.Generator) -> PointCloud:
    """`count` places on the surface, each spot as likely as any other, with smooth normals.

    All frames share their random numbers, so that a point drifts over the skin instead of jumping.
    Gradients reach the vertices through the places; which faces are hit has none.
    """
    if count < 1:
        raise ConfigError(f"count must be 1 or more, got {count}")
    lead, vertices = mesh.vertices.shape[:-2], mesh.vertices.reshape(-1, *mesh.vertices.shape[-2:])
    chance = torch.rand(
        3, count, generator=generator, device=generator.device, dtype=torch.float32
    ).to(vertices)
    a, b, c = vertices.detach()[:, mesh.faces].unbind(-2)
    total = torch.linalg.cross(b - a, c - a, dim=-1).norm(dim=-1).cumsum(-1)
    if not bool((total[:, -1] > 0).all()):
        raise DataError("a mesh without area has no surface to sample")
    wanted = chance[0] * total[:, -1:]
    face = torch.searchsorted(total, wanted).clamp(max=len(mesh.faces) - 1)
    root = chance[1].sqrt()
    weight = torch.stack([1 - root, root * (1 - chance[2]), root * chance[2]], dim=-1)
    corner = mesh.faces[face]  # (N, count, 3)
    frame = torch.arange(len(vertices), device=vertices.device)[:, None, None]
    place = (weight[..., None] * vertices[frame, corner]).sum(-2)
    smooth = Mesh(vertices, None, mesh.faces).vertex_normals()[frame, corner]
    facing = torch.nn.functional.normalize((weight[..., None] * smooth).sum(-2), dim=-1)
    return PointCloud(place.reshape(*lead, count, 3), facing.reshape(*lead, count, 3))


@dataclass(frozen=True)
class Lidar:
    """A scanner at `position` (metres) with `beams` from `lowest_deg` to `highest_deg` elevation.

    It turns through `width_deg` around `azimuth_deg` (0 looks along z, 90 along x) in steps of
    `step_deg`; `noise` is the standard deviation of the range in metres.
    """

    position: tuple[float, float, float]
    azimuth_deg: float = 0.0
    width_deg: float = 60.0
    step_deg: float = 0.2
    beams: int = 64
    lowest_deg: float = -25.0
    highest_deg: float = 15.0
    noise: float = 0.02

    def __post_init__(self) -> None:
        if self.beams < 2 or not 0 < self.step_deg <= self.width_deg <= 180:
            raise ConfigError(
                "a scanner needs 2 beams or more and 0 < step_deg <= width_deg <= 180, got "
                f"{self.beams}, {self.step_deg} and {self.width_deg}"
            )
        if not -89 < self.lowest_deg < self.highest_deg < 89 or self.noise < 0:
            raise ConfigError("elevations must rise within 89 degrees, and noise be 0 or more")


class LidarScan(NamedTuple):
    """What each ray hit, metres in the axes of the mesh; where `hit` is false `points` are 0."""

    points: Float[Tensor, "*batch beams steps 3"]
    range: Float[Tensor, "*batch beams steps"]
    hit: Bool[Tensor, "*batch beams steps"]


def lidar(mesh: Mesh, scanner: Lidar, generator: torch.Generator) -> LidarScan:
    """The nearest surface along each ray, upper beams first, with noise along the ray.

    Which face a ray hits is decided among straight edges in azimuth and elevation, where true edges
    are slightly bent: right to a thousandth of a degree for faces of a centimetre at metres.
    """
    mesh = mesh.used()
    origin = mesh.vertices.new_tensor(scanner.position)
    local = mesh.vertices.detach() - origin
    steps = round(scanner.width_deg / scanner.step_deg)
    size = (scanner.beams, steps)
    rise = (scanner.highest_deg - scanner.lowest_deg) / (scanner.beams - 1)
    azimuth = torch.atan2(local[..., 0], local[..., 2]).rad2deg() - scanner.azimuth_deg
    azimuth = (azimuth + 180) % 360 - 180
    if bool((azimuth.amax(-1) - azimuth.amin(-1) > 180).any()):
        raise DataError("the mesh lies behind or around the scanner; turn it or move it away")
    distance = local.norm(dim=-1)
    elevation = torch.asin((local[..., 1] / distance.clamp(min=1e-9)).clamp(-1, 1)).rad2deg()
    column = (azimuth + scanner.width_deg / 2) / scanner.step_deg
    row = (scanner.highest_deg - elevation) / rise + 0.5
    angular = torch.stack([column, row, distance], dim=-1)
    seen = rasterize(angular, mesh.faces, size, perspective=False)
    ray = _rays(scanner, size, rise).to(local)
    exact, hit = _cut(local, mesh, seen.face, ray)
    noise = torch.randn(
        exact.shape, generator=generator, device=generator.device, dtype=torch.float32
    )
    noise = scanner.noise * noise.to(exact)
    reach = torch.where(hit, (exact + noise).clamp(min=0), 0.0)
    place = torch.where(hit[..., None], reach[..., None] * ray + origin, 0.0)
    return LidarScan(place, reach, hit)


def _rays(scanner: Lidar, size: tuple[int, int], rise: float) -> Float[Tensor, "beams steps 3"]:
    """Unit directions of all rays."""
    beam, step = (torch.arange(count, dtype=torch.float64) for count in size)
    step = step + 0.5
    elevation = (scanner.highest_deg - beam * rise).deg2rad()[:, None]
    turn = (scanner.azimuth_deg - scanner.width_deg / 2 + step * scanner.step_deg).deg2rad()
    flat = elevation.cos()
    return torch.stack([flat * turn.sin(), elevation.sin().expand(size), flat * turn.cos()], dim=-1)


def _cut(
    vertices: Float[Tensor, "*batch V 3"], mesh: Mesh, face: Tensor, ray: Tensor
) -> tuple[Float[Tensor, "*batch beams steps"], Bool[Tensor, "*batch beams steps"]]:
    """Distance along each ray to the plane of its face, from the origin of `vertices`."""
    frames = vertices.reshape(-1, *vertices.shape[-2:])
    seen = face.reshape(-1, *ray.shape[:-1])
    frame, beam, step = (seen >= 0).nonzero(as_tuple=True)
    corner = mesh.faces[seen[frame, beam, step]]
    a, b, c = frames[frame[:, None], corner].unbind(-2)
    normal = torch.linalg.cross(b - a, c - a, dim=-1)
    slope = (normal * ray[beam, step]).sum(-1)
    reach = (normal * a).sum(-1) / slope
    nearest, farthest = torch.stack([a, b, c]).norm(dim=-1).aminmax(dim=0)
    # Seen along its edge, a face may lie anywhere between its corners, and its plane elsewhere.
    reach = torch.where(reach > 0, torch.minimum(reach, farthest), nearest)
    image = vertices.new_zeros(seen.shape).index_put((frame, beam, step), reach)
    return image.reshape(face.shape), face >= 0
