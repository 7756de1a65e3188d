"""Learned diffusion on a surface (Sharp et al., "DiffusionNet", TOG 2022)."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor, nn

from meshgait.nn.graph.sparse_map import SparseMap


class Diffusion(nn.Module):
    """Each channel spreads over the surface for a time that is learned, then a network per vertex.

    It also sees the slopes of the spread channels, compared by their scalar products, so the choice
    of tangent axes does not matter; a residual with LayerNorm and SiLU. `faces` and `vertices` are
    of one mesh at rest: where people move, features still flow along the skin as it is then.
    """

    areas: Tensor
    eigenvalues: Tensor
    functions: Tensor

    def __init__(
        self,
        channels: int,
        faces: Int[ndarray, "F 3"],
        vertices: Float[ndarray, "V 3"],
        *,
        eigenfunctions: int = 64,
    ) -> None:
        from meshgait.operators import eigenbasis, vertex_areas, vertex_gradient

        super().__init__()
        count = min(eigenfunctions, len(vertices) - 1)
        values, functions = eigenbasis(faces, vertices, count)
        arrays: dict[str, Any] = {
            "areas": vertex_areas(faces, vertices)[:, None],
            "eigenvalues": values[:, None],
            "functions": functions,
        }
        for name, array in arrays.items():
            self.register_buffer(name, torch.from_numpy(array).float(), persistent=False)
        self.along_x, self.along_y = map(SparseMap, vertex_gradient(faces, vertices))
        middle = values[len(values) // 2]
        # In the middle of the spectrum a channel keeps a third: neither nothing nor everything.
        self.log_time = nn.Parameter(torch.full((channels,), -float(torch.tensor(middle).log())))
        self.turn = nn.Linear(channels, 2 * channels, bias=False)
        self.norm = nn.LayerNorm(channels)
        self.net = nn.Sequential(
            nn.Linear(3 * channels, channels), nn.SiLU(), nn.Linear(channels, channels)
        )

    def forward(self, x: Float[Tensor, "*batch V C"]) -> Float[Tensor, "*batch V C"]:
        """Features of the vertices of every frame, and what they became added."""
        self.along_x.check(x)
        own = self.norm(x)
        spread = self.spread(own)
        slopes = self.along_x(spread), self.along_y(spread)
        (real_x, other_x), (real_y, other_y) = (self.turn(slope).chunk(2, -1) for slope in slopes)
        product = slopes[0] * (real_x - other_y) + slopes[1] * (real_y + other_x)
        return x + self.net(torch.cat([own, spread, product.tanh()], dim=-1))

    def spread(self, x: Float[Tensor, "*batch V C"]) -> Float[Tensor, "*batch V C"]:
        """Heat flow of each channel for its time, by the eigenfunctions that are kept."""
        part = self.functions.T @ (self.areas * x)
        return self.functions @ (part * (-self.eigenvalues * self.log_time.exp()).exp())
