"""Hard masks with numba: the winding numbers of `meshgait.render.reference`, row by row."""

from __future__ import annotations

from typing import no_type_check

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from meshgait._jit import kernel
from meshgait._threads import blocks, in_parallel
from meshgait.mesh import Topology
from meshgait.render.contour_numba import LANES, contour, tables


def mask(
    vertices: Float[Tensor, "N V 2"], topology: Topology, size: tuple[int, int]
) -> Bool[Tensor, "N H W"]:
    """As `meshgait.render.mask`, whose checks it relies on."""
    table, points = tables(topology), vertices.contiguous().numpy()
    image = torch.empty(len(points), *size, dtype=torch.bool)
    pixels = image.numpy()

    def render(frames: slice) -> None:
        wind(points[frames], *contour(points[frames], table), pixels[frames])

    in_parallel(render, blocks(len(points), most=LANES))
    return image


@kernel
@no_type_check
def wind(vertices, ends, counts, image):
    """Fill `image` (N, H, W) with whether the contour `ends` goes round each pixel centre."""
    N, H, W = image.shape
    layers = np.empty((H, W + 1), np.int32)
    image[:] = False
    for n in range(N):
        for side in range(len(counts)):
            layers[:] = 0
            for k in range(counts[side, n]):
                p, q = ends[side, n, k, 0], ends[side, n, k, 1]
                y0, y1 = np.float64(vertices[n, p, 1]), np.float64(vertices[n, q, 1])
                first = int(min(max(np.ceil(y0 - 0.5), 0), H))
                last = int(min(max(np.ceil(y1 - 0.5), 0), H))
                turn = 1 if first > last else -1
                x0, dx = np.float64(vertices[n, p, 0]), np.float64(vertices[n, q, 0])
                dx -= x0
                for row in range(min(first, last), max(first, last)):
                    x = x0 + (row + 0.5 - y0) / (y1 - y0) * dx
                    layers[row, int(min(max(np.ceil(x - 0.5), 0), W))] += turn
            for row in range(H):
                total = 0
                for column in range(W):
                    total += layers[row, column]
                    image[n, row, column] |= total > 0
