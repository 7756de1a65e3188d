"""Pooling over height into body parts."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.errors import ShapeError

PYRAMID = (16, 8, 4, 2, 1)


def horizontal_pyramid(
    features: Float[Tensor, "B C H W"], bins: Sequence[int] = PYRAMID
) -> Float[Tensor, "B P C"]:
    """Mean plus maximum of each horizontal strip (Fu et al., AAAI 2019).

    The map is cut into `bins[0]` strips, then into `bins[1]` and so on; parts run from top to
    bottom within each cut. Raises `ShapeError` where a cut would not be even.

    >>> horizontal_pyramid(torch.arange(4.0).reshape(1, 1, 4, 1), (2, 1)).flatten()
    tensor([1.5000, 5.5000, 4.5000])
    """
    height = features.shape[2]
    pixels = features.permute(0, 2, 3, 1)  # (B, H, W, C): no copy of a channels_last map
    parts = []
    for count in bins:
        if count < 1 or height % count:
            raise ShapeError(
                f"a feature map {height} rows high cannot be cut into {count} equal strips; "
                f"use divisors of {height} as bins, not {tuple(bins)}"
            )
        strips = pixels.unflatten(1, (count, height // count)).flatten(2, 3)
        parts.append(strips.mean(2) + strips.amax(2))
    return torch.cat(parts, dim=1)
