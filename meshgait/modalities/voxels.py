"""Volumes: the inside of a closed mesh, and the visual hull of its silhouettes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from meshgait.camera import NEAR, Camera, WeakPerspective
from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.mesh import Mesh
from meshgait.numerics import in_full_precision


@dataclass(frozen=True)
class Grid:
    """Cubes of `cell` metres; the first one's corner with the least x, y and z is `origin`."""

    origin: tuple[float, float, float]
    cell: float
    shape: tuple[int, int, int]

    def __post_init__(self) -> None:
        if not self.cell > 0 or min(self.shape) < 1:
            raise ConfigError(f"a grid needs cells of a size, got {self.shape} of {self.cell} m")

    @classmethod
    def around(
        cls, center: tuple[float, float, float], size: tuple[float, float, float], cell: float
    ) -> Grid:
        """The box of `size` metres, rounded up to whole cells, around `center`."""
        shape = tuple(max(1, -int(-side // cell)) for side in size)
        origin = tuple(c - n * cell / 2 for c, n in zip(center, shape, strict=True))
        return cls(origin, cell, shape)  # type: ignore[arg-type]

    def centers(self) -> Float[Tensor, "X Y Z 3"]:
        """Middle of each cube, metres."""
        axes = [
            start + (torch.arange(count, dtype=torch.float32) + 0.5) * self.cell
            for start, count in zip(self.origin, self.shape, strict=True)
        ]
        return torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)


def voxels(mesh: Mesh, grid: Grid) -> Bool[Tensor, "*batch X Y Z"]:
    """Which cubes have their middle inside the closed mesh; several meshes give their union.

    Exact: along each vertical line of middles the surface is counted with its direction, so that
    the count is the winding number. Raises `DataError` for a mesh with holes.
    """
    if not mesh.topology.is_closed:
        raise DataError("the mesh has holes or faces wound both ways; it has no inside")
    frames = mesh.vertices.detach().double().reshape(-1, *mesh.vertices.shape[-2:])
    origin = frames.new_tensor(grid.origin)
    local = (frames - origin) / grid.cell - 0.5  # middles of cubes at whole numbers
    X, Y, Z = grid.shape
    # Entry y of `change`: by how much the winding number rises from middle y - 1 to middle y.
    change = torch.zeros(len(frames) * X * Z * (Y + 1), dtype=torch.int32, device=frames.device)
    frame, face, x, z = _columns(local, mesh.faces, (X, Z))
    corners = local[frame[:, None], mesh.faces[face]]  # (M, 3, 3)
    sides = [_side(corners, mesh.faces[face], k, x, z) for k in range(3)]
    turn = torch.stack([side for side, _ in sides], dim=-1)
    met = (turn > 0).all(-1) | (turn < 0).all(-1)
    area = torch.stack([value for _, value in sides], dim=-1)[met]
    height = (area * corners[met][..., 1]).sum(-1) / area.sum(-1)
    above = height.ceil().clamp(0, Y).long()
    place = ((frame[met] * X + x[met]) * Z + z[met]) * (Y + 1) + above
    change.index_add_(0, place, turn[met, 0].int())
    winding = change.reshape(*mesh.vertices.shape[:-2], X, Z, Y + 1).cumsum(-1)[..., :Y]
    return (winding != 0).transpose(-1, -2)


def _columns(
    local: Float[Tensor, "N V 3"], faces: Int[Tensor, "F 3"], size: tuple[int, int]
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Frame, face and whole (x, z) of all lines that pass through a face's box."""
    flat = local[..., [0, 2]][:, faces]  # (N, F, 3, 2)
    limit = flat.new_tensor(size) - 1
    low = flat.amin(-2).ceil().clamp(min=0)
    high = torch.minimum(flat.amax(-2).floor(), limit)
    span = (high - low + 1).clamp(min=0).long()
    count = span.prod(-1).flatten()
    owner = torch.repeat_interleave(torch.arange(len(count), device=local.device), count)
    rank = torch.arange(len(owner), device=local.device) - (count.cumsum(0) - count)[owner]
    across = span[..., 1].flatten()[owner]
    start = low.long().reshape(-1, 2)[owner]
    x, z = start[:, 0] + rank // across, start[:, 1] + rank % across
    return owner // len(faces), owner % len(faces), x, z


def _side(
    corners: Float[Tensor, "M 3 3"],
    index: Int[Tensor, "M 3"],
    k: int,
    x: Int[Tensor, " M"],
    z: Int[Tensor, " M"],
) -> tuple[Int[Tensor, " M"], Float[Tensor, " M"]]:
    """On which side (1, -1) of the edge opposite corner k the line lies, and by what area.

    Both faces of an edge compute the same number, from the vertex of the lesser index on. A line
    that meets the edge is moved by an infinitely small step in x and a much smaller one in z, which
    gives it a side. So no line slips between faces, and none meets two for one.
    """
    i, j = (k + 1) % 3, (k + 2) % 3
    flip = index[:, i] > index[:, j]
    a = torch.where(flip[:, None], corners[:, j], corners[:, i])[:, [0, 2]]
    b = torch.where(flip[:, None], corners[:, i], corners[:, j])[:, [0, 2]]
    p = torch.stack([x, z], dim=-1)
    (ax, az), (bx, bz) = (a - p).unbind(-1), (b - p).unbind(-1)
    area = az * bx - ax * bz  # positive where the face looks down
    moved = (bz > az) | ((bz == az) & (ax > bx))
    side = torch.where((area > 0) | ((area == 0) & moved), 1, -1)
    return torch.where(flip, -side, side), torch.where(flip, -area, area)


@in_full_precision
def visual_hull(
    masks: Bool[Tensor, "*batch K H W"], cameras: Sequence[Camera | WeakPerspective], grid: Grid
) -> Bool[Tensor, "*batch X Y Z"]:
    """Cubes whose middle falls into the mask in every one of K images (Laurentini, PAMI 1994).

    With masks of all pixels that the mesh covers in part, `silhouette(...) > 0`, the hull holds
    every voxel of the mesh. What a camera cannot see, it cannot exclude: outside its image and
    behind it the others decide. A camera may have one pose for all or one for each of `*batch`.
    """
    if masks.shape[-3] != len(cameras) or not cameras:
        raise ShapeError(f"{masks.shape[-3]} masks do not fit {len(cameras)} cameras")
    masks, lead = masks.bool(), masks.shape[:-3]
    centers = grid.centers().reshape(-1, 3).to(masks.device)
    inside = torch.ones((*lead, len(centers)), dtype=torch.bool, device=masks.device)
    for mask, camera in zip(masks.unbind(-3), cameras, strict=True):
        height, width = camera.size
        if mask.shape[-2:] != camera.size:
            raise ShapeError(f"a mask is {tuple(mask.shape[-2:])}, its camera {camera.size}")
        place, ahead = _project(centers, camera)
        column, row = place.floor().clamp(-1, max(height, width)).long().unbind(-1)
        shown = ahead & (column >= 0) & (column < width) & (row >= 0) & (row < height)
        pixel = row.clamp(0, height - 1) * width + column.clamp(0, width - 1)
        value = mask.flatten(-2).gather(-1, pixel.expand(*lead, -1))
        inside = inside & (value | ~shown)
    return inside.reshape(*lead, *grid.shape)


def _project(
    points: Float[Tensor, "N 3"], camera: Camera | WeakPerspective
) -> tuple[Float[Tensor, "*batch N 2"], Bool[Tensor, "*batch N"]]:
    """Pixels, and which points lie before the camera; the others are anywhere."""
    if isinstance(camera, WeakPerspective):
        place = camera.project(points)
        return place, torch.ones_like(place[..., 0], dtype=torch.bool)
    local = camera.to_camera(points.expand(*camera.translation.shape[:-1], -1, 3))
    place = local[..., :2] / local[..., 2:].clamp(min=NEAR)
    place = place * camera.focal.to(place)[..., None, :] + camera.center.to(place)[..., None, :]
    return place, local[..., 2] > NEAR
