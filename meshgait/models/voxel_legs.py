"""Legs of cylinders in a volume (Ariyanto and Nixon, IJCB 2011), re-designed from the abstract."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Complex, Float
from torch import Tensor, nn

from meshgait.modalities import Grid, articulated_cylinders
from meshgait.nn import Frames, configured, embed_sequences

PERIODS = (15, 60)
"""Frames that a gait cycle may take: half a second to two at 30 frames per second."""


class VoxelLegs(nn.Module):
    """No weights: lengths of the legs, and how hips and knees bend over the gait cycle.

    The channels of the only part are the lengths of thigh and shank in metres, the mean flexion of
    hips and knees in radians, left then right, and the cosine and sine of each harmonic of the
    gait cycle, counted from the moment the left leg swings through. They have different units:
    compare them after `meshgait.evaluation.discriminant`. `embedding_shape` is (1, C).
    """

    @dataclass(frozen=True)
    class Config:
        """Volumes in the walker's own axes (`modalities.canonical_mesh`), and what is kept.

        `origin`, `cell` and `size` are those of the `modalities.Grid` they are on, in metres.
        """

        origin: tuple[float, float, float] = (-0.5, -1.1, -0.703125)  # corner of the grid in metres
        cell: float = 1 / 32  # side of a cell in metres
        size: tuple[int, int, int] = (32, 64, 45)  # cells along the axes
        harmonics: int = 3

    inputs = ("voxels",)
    embed = embed_sequences

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.grid = Grid(config.origin, config.cell, config.size)
        self.embedding_shape = (1, 2 + 4 + 8 * config.harmonics)

    def forward(
        self, voxels: Bool[Tensor, "B T X Y Z"], mask: Bool[Tensor, "B T"] | None = None
    ) -> Float[Tensor, "B 1 C"]:
        """Embed volumes; `mask` is True where a frame is real.

        Frames are in order; those that `mask` leaves out are skipped. Raises `DataError` where a
        frame has no volume.

        >>> VoxelLegs()(torch.ones(2, 5, 32, 64, 45).bool()).shape
        torch.Size([2, 1, 30])
        """
        frames = Frames.of(voxels, mask)
        return torch.stack([self._measure(walk) for walk in frames.split(frames.pack(voxels))])

    def _measure(self, walk: Bool[Tensor, "T X Y Z"]) -> Float[Tensor, "1 C"]:
        legs = articulated_cylinders(walk, self.grid)
        angles = torch.cat([legs.hip, legs.knee], dim=-1)  # (T, 4)
        waves = gait_harmonics(angles, self.config.harmonics)
        lengths = torch.stack([legs.thigh, legs.shank])
        return torch.cat([lengths, angles.mean(0), torch.view_as_real(waves).flatten()])[None]


def gait_harmonics(angles: Float[Tensor, "T 4"], count: int) -> Complex[Tensor, "harmonics 4"]:
    """Amplitudes of the gait cycle and its harmonics, whatever its length and its start.

    The cycle is the one, `PERIODS` frames long, in which the hips (the first two of `angles`)
    swing against each other the most.
    """
    time = torch.arange(len(angles), dtype=angles.dtype, device=angles.device)
    swing = angles[:, 0] - angles[:, 1]
    longest, shortest = 1 / max(PERIODS), 1 / min(PERIODS)
    rates = torch.linspace(longest, shortest, 181, dtype=angles.dtype, device=angles.device)
    spectrum = _turning(rates[:, None] * time) @ (swing - swing.mean()).to(torch.complex64)
    best = spectrum.abs().argmax()
    order = torch.arange(1, count + 1, device=angles.device)
    waves = _turning(order[:, None] * rates[best] * time) @ (angles - angles.mean(0)).to(
        torch.complex64
    )
    start = spectrum[best].angle() / (2 * torch.pi)
    return waves * _turning(order[:, None] * start) * (2 / len(angles))


def _turning(cycles: Float[Tensor, "*batch"]) -> Complex[Tensor, "*batch"]:
    return torch.polar(torch.ones_like(cycles), -2 * torch.pi * cycles)
