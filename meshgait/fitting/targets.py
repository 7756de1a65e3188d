"""Silhouettes as a fit wants them: checked, in [0, 1], cut out and scaled down if large."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, pad

from meshgait.errors import DataError, ShapeError

_MARGIN = 1.3  # side of the part that is cut out, by the longer side of the largest silhouette


class Targets(NamedTuple):
    """Silhouettes (S, T, h, w), each the part at `corner`, `cut` pixels large, of an image."""

    silhouette: Float[Tensor, "S T h w"]
    corner: Float[Tensor, "S T 2"]
    cut: tuple[int, int]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width to which the parts were scaled."""
        return self.silhouette.shape[-2], self.silhouette.shape[-1]


def as_plain_tensor(array: np.ndarray | Tensor) -> Tensor:
    """A tensor of its own without history, on the CPU's order of bytes, strides and modes."""
    if isinstance(array, Tensor):
        return array.detach().clone()
    array = np.asarray(array)
    return torch.from_numpy(array.astype(array.dtype.newbyteorder("=")))


def read_silhouettes(silhouette: np.ndarray | Tensor) -> Float[Tensor, "*batch T H W"]:
    """Boolean, whole (0..255, or 0 and 1) or floating point (0..1) silhouettes as float32.

    Raises `ShapeError` for no images, `DataError` for NaN, values beyond [0, 1] and frames in
    which less than a thousandth is covered by half or more.
    """
    found = as_plain_tensor(silhouette)
    if found.ndim < 3 or found.numel() == 0:
        raise ShapeError(f"silhouettes must be (*, T, H, W), got {tuple(found.shape)}")
    if found.is_complex():
        raise DataError(f"silhouettes are boolean, whole or floating point, not {found.dtype}")
    is_grey = not found.is_floating_point() and found.dtype != torch.bool
    found = found.float()
    if is_grey and found.max() > 1:
        found = found / 255
    if not bool(((found >= 0) & (found <= 1)).all()):  # nor NaN
        raise DataError("silhouettes must lie in 0..255, or in [0, 1] without NaN if floating")
    frames = found.reshape(-1, *found.shape[-2:])
    seen = (frames > 0.5).float().mean((-2, -1)) > 1e-3
    if not bool(seen.all()):
        raise DataError(
            f"frame {int(seen.int().argmin())} of {len(frames)} shows nobody, as do "
            f"{int((~seen).sum()) - 1} others; leave such frames out"
        )
    return found


def cut_out(silhouette: Float[Tensor, "S T H W"], resolution: int) -> Targets:
    """The same, or squares around the people of at most `resolution` pixels if it is larger."""
    S, T, H, W = silhouette.shape
    if max(H, W) <= resolution:
        return Targets(silhouette, silhouette.new_zeros(S, T, 2), (H, W))
    frames = silhouette.reshape(S * T, H, W)
    low, high = bounding_boxes(frames)
    side = math.ceil(_MARGIN * int((high - low).max()))
    corner = (low + high - side) // 2
    pixels = min(side, resolution)
    parts = []
    for frame, (x, y) in zip(frames, corner.tolist(), strict=True):
        inside = frame[max(y, 0) : max(y + side, 0), max(x, 0) : max(x + side, 0)]
        left, top = max(-x, 0), max(-y, 0)
        rest = (left, side - left - inside.shape[1], top, side - top - inside.shape[0])
        parts.append(adaptive_avg_pool2d(pad(inside, rest)[None], pixels)[0])
    return Targets(
        torch.stack(parts).reshape(S, T, pixels, pixels),
        corner.reshape(S, T, 2).to(silhouette),
        (side, side),
    )


def bounding_boxes(
    image: Float[Tensor, "*batch H W"],
) -> tuple[Int[Tensor, "*batch 2"], Int[Tensor, "*batch 2"]]:
    """Corners in whole pixels, x first, of what is covered by half or more."""
    corners = []
    for dim in (-2, -1):  # columns, then rows
        seen = image.amax(dim) > 0.5
        index = torch.arange(seen.shape[-1])
        first = torch.where(seen, index, index[-1]).amin(-1)
        corners.append((first, torch.where(seen, index + 1, 0).amax(-1)))
    low, high = (torch.stack(pair, -1) for pair in zip(*corners, strict=True))
    return low, high
