"""Legs of articulated cylinders in a volume, after Ariyanto and Nixon (IJCB 2011).

The early way from voxels to motion: a thigh and a shank of fixed proportions are laid into the
volume at every angle of hip and knee, and dynamic programming picks the path through the angles
that fits best and moves least. Written from the abstract; theirs turns in three dimensions,
ours in the plane of walking. A baseline: what SMPL knows exactly, it finds to about ten degrees.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from meshgait.errors import DataError, ShapeError
from meshgait.modalities.voxels import Grid

# By stature: bones of grown-ups (Winter, Biomechanics and Motor Control of Human Movement), and
# the height of the hips over the lower foot at which walkers of this package fit best.
_THIGH, _SHANK, _HIP_HEIGHT, _HIP_ASIDE = 0.240, 0.246, 0.550, 0.052
_THIGH_RADIUS, _SHANK_RADIUS = 0.045, 0.030
_HIP_DEG, _KNEE_DEG = (-40, 50), (0, 75)
_STEP_DEG = 5
_SMOOTHNESS = 2e-4  # cost of a turn by a degree, squared, between two frames


class Legs(NamedTuple):
    """Flexion of hip and knee in radians, left then right, and the lengths taken, in metres."""

    hip: Float[Tensor, "*batch T 2"]
    knee: Float[Tensor, "*batch T 2"]
    thigh: Float[Tensor, "*batch"]
    shank: Float[Tensor, "*batch"]


def articulated_cylinders(volume: Bool[Tensor, "*batch T X Y Z"], grid: Grid) -> Legs:
    """Fit both legs to the volumes of a walk in the walker's own axes (see `canonical_mesh`).

    Lengths follow from the stature, the height of the highest volume of the clip. Raises
    `DataError` where a frame has no volume.
    """
    if tuple(volume.shape[-3:]) != grid.shape:
        raise ShapeError(f"a volume of {tuple(volume.shape[-3:])} is not on a grid of {grid.shape}")
    if not bool(volume.flatten(-3).any(-1).all()):
        raise DataError("a frame has no voxel inside the body; there are no legs to find")
    lead, clips = volume.shape[:-4], volume.reshape(-1, *volume.shape[-4:])
    floor, stature = _measure(clips, grid)
    angles = _angles(clips.device)
    fit = torch.stack(
        [_score(clips, grid, floor, stature, side, angles) for side in (1.0, -1.0)], dim=1
    )  # (N, 2, T, A)
    turn = (angles[:, None] - angles).square().sum(-1) * _SMOOTHNESS
    best = _best_path(fit.flatten(0, 1), turn).unflatten(0, fit.shape[:2])  # (N, 2, T)
    found = angles[best].deg2rad().transpose(1, 2)  # (N, T, 2, 2)
    hip, knee = (x.reshape(*lead, *found.shape[1:3]) for x in found.unbind(-1))
    return Legs(hip, knee, (_THIGH * stature).reshape(lead), (_SHANK * stature).reshape(lead))


def _measure(
    clips: Bool[Tensor, "N T X Y Z"], grid: Grid
) -> tuple[Float[Tensor, "N T"], Float[Tensor, " N"]]:
    """Height of the lowest voxel in every frame, and the stature of each clip."""
    levels = clips.any(-1).any(-2)  # (N, T, Y)
    index = torch.arange(grid.shape[1], device=clips.device)
    low = torch.where(levels, index, grid.shape[1]).amin(-1)
    high = torch.where(levels, index, -1).amax(-1) + 1
    stature = (high - low).amax(-1).float() * grid.cell
    return low.float() * grid.cell + grid.origin[1], stature


def _angles(device: torch.device) -> Float[Tensor, "A 2"]:
    """All pairs of hip and knee flexion, degrees."""
    hip, knee = (
        torch.arange(low, high + 1, _STEP_DEG, dtype=torch.float32, device=device)
        for low, high in (_HIP_DEG, _KNEE_DEG)
    )
    return torch.cartesian_prod(hip, knee)


def _score(
    clips: Bool[Tensor, "N T X Y Z"],
    grid: Grid,
    floor: Float[Tensor, "N T"],
    stature: Float[Tensor, " N"],
    side: float,
    angles: Float[Tensor, "A 2"],
) -> Float[Tensor, "N T A"]:
    """How much more of the cylinders than of the shell around them is inside the volume."""
    hip, knee = angles.deg2rad().unbind(-1)
    filters = []
    for angle, length, radius, start in (
        (hip, _THIGH, _THIGH_RADIUS, None),
        (hip - knee, _SHANK, _SHANK_RADIUS, hip),
    ):
        down = torch.stack([torch.zeros_like(angle), -angle.cos(), angle.sin()], dim=-1)
        across = torch.stack([torch.zeros_like(angle), angle.sin(), angle.cos()], dim=-1)
        place = length * torch.linspace(0.1, 1.0, 7, dtype=torch.float32).to(angle)
        points = place[:, None] * down[:, None]  # (A, 7, 3)
        if start is not None:
            thigh = torch.stack([torch.zeros_like(start), -start.cos(), start.sin()], dim=-1)
            points = points + _THIGH * thigh[:, None]
        for distance, weight in ((0.0, 0.5), (0.7, 0.5), (1.6, -0.5)):
            turns = torch.arange(6 if distance else 1).to(angle) * (torch.pi / 3)
            aside = torch.stack([turns.cos(), 0 * turns, 0 * turns], dim=-1)
            ring = aside + turns.sin()[:, None] * across[:, None]  # (A, 6, 3)
            filters.append((points[:, :, None] + distance * radius * ring[:, None], weight))
    total = clips.new_zeros((*clips.shape[:2], len(angles)), dtype=torch.float32)
    middle = stature[:, None, None] * clips.new_tensor(
        [side * _HIP_ASIDE, _HIP_HEIGHT, 0.0], dtype=torch.float32
    )
    hips = middle + torch.stack([0 * floor, floor, 0 * floor], dim=-1)  # (N, T, 3)
    for points, weight in filters:
        flat = points.flatten(1, 2)
        world = hips[:, :, None] + (stature[:, None, None] * flat.flatten(0, 1))[:, None]
        inside = _look_up(clips, grid, world).unflatten(-1, flat.shape[:2])
        total = total + weight * inside.float().mean(-1)
    return total


def _look_up(
    clips: Bool[Tensor, "N T X Y Z"], grid: Grid, points: Float[Tensor, "N T M 3"]
) -> Bool[Tensor, "N T M"]:
    """Whether each point lies in a voxel of its frame; outside the grid there are none."""
    cell = ((points - points.new_tensor(grid.origin)) / grid.cell).floor().long()
    size = torch.tensor(grid.shape, device=points.device)
    held = ((cell >= 0) & (cell < size)).all(-1)
    x, y, z = cell.clamp(min=0).minimum(size - 1).unbind(-1)
    index = (x * grid.shape[1] + y) * grid.shape[2] + z
    return clips.flatten(2).gather(2, index) & held


def _best_path(fit: Float[Tensor, "M T A"], turn: Float[Tensor, "A A"]) -> Int[Tensor, "M T"]:
    """The path through the states that fits best less its turns (Viterbi)."""
    value, came = fit[:, 0], []
    for frame in range(1, fit.shape[1]):
        best, source = (value[:, None] - turn).max(-1)
        value = best + fit[:, frame]
        came.append(source)
    path = [value.argmax(-1)]
    for source in reversed(came):
        path.append(source.gather(1, path[-1][:, None])[:, 0])
    return torch.stack(path[::-1], dim=1)
