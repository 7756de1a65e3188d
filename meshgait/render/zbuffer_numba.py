"""The nearest face at each pixel centre with numba; the twin is `zbuffer_reference`."""

from __future__ import annotations

from typing import no_type_check

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait._jit import kernel
from meshgait._threads import blocks, in_parallel


def nearest(
    points: Float[Tensor, "N V 3"], faces: Int[Tensor, "F 3"], size: tuple[int, int]
) -> Int[Tensor, "N H W"]:
    """Face with the greatest key (third coordinate, linear on the image), or -1."""
    corners, clouds = (
        faces.clone(memory_format=torch.contiguous_format).numpy(),
        points.contiguous().numpy(),
    )
    image = torch.full((len(points), *size), -1, dtype=torch.int64)
    pixels = image.numpy()

    def draw(frames: slice) -> None:
        find(clouds[frames], corners, pixels[frames])

    in_parallel(draw, blocks(len(points), most=4))
    return image


@kernel
@no_type_check
def find(points, corners, image):
    """Fill `image` (N, H, W), which is -1, with the nearest face of `points` (N, V, 3)."""
    N, H, W = image.shape
    best = np.empty((H, W), points.dtype)
    for n in range(N):
        best[:] = -np.inf
        cloud = points[n]
        for f in range(len(corners)):
            a, b, c = np.uintp(corners[f, 0]), np.uintp(corners[f, 1]), np.uintp(corners[f, 2])
            ax, ay, bx, by = cloud[a, 0], cloud[a, 1], cloud[b, 0], cloud[b, 1]
            cx, cy = cloud[c, 0], cloud[c, 1]
            first = np.ceil(max(min(ax, bx, cx) - 0.5, 0.0))
            last = np.floor(min(max(ax, bx, cx) - 0.5, W - 1.0))
            top = np.ceil(max(min(ay, by, cy) - 0.5, 0.0))
            low = np.floor(min(max(ay, by, cy) - 0.5, H - 1.0))
            area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
            if first > last or top > low or area == 0.0:
                continue
            # Weights of the corners: positive inside whichever way the face is wound.
            za, zb, zc = cloud[a, 2], cloud[b, 2], cloud[c, 2]
            for row in range(int(top), int(low) + 1):
                y = row + 0.5
                for column in range(int(first), int(last) + 1):
                    x = column + 0.5
                    u = ((bx - x) * (cy - y) - (by - y) * (cx - x)) / area
                    v = ((cx - x) * (ay - y) - (cy - y) * (ax - x)) / area
                    w = ((ax - x) * (by - y) - (ay - y) * (bx - x)) / area
                    key = u * za + v * zb + w * zc
                    inside = u >= 0.0 and v >= 0.0 and w >= 0.0 and u + v + w > 0.0
                    if inside and key > best[row, column]:
                        best[row, column] = key
                        image[n, row, column] = f
