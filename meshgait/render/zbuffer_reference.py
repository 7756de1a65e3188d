"""The nearest face at each pixel centre in plain torch, from all pairs that may meet."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor


def nearest(
    points: Float[Tensor, "N V 3"], faces: Int[Tensor, "F 3"], size: tuple[int, int]
) -> Int[Tensor, "N H W"]:
    """Face with the greatest key (third coordinate, linear on the image), or -1.

    Of two that are equal the first wins.
    """
    frames = [_nearest(frame, faces, size) for frame in points]
    return torch.stack(frames) if frames else faces.new_empty(0, *size)


def _nearest(
    points: Float[Tensor, "V 3"], faces: Int[Tensor, "F 3"], size: tuple[int, int]
) -> Int[Tensor, "H W"]:
    H, W = size
    corners = points[faces]  # (F, 3, 3)
    limit = corners.new_tensor([W, H])
    low = (corners[..., :2].amin(1) - 0.5).ceil().clamp(min=0).minimum(limit).long()
    high = (corners[..., :2].amax(1) - 0.5).floor().clamp(min=-1).minimum(limit - 1).long()
    width, height = (high - low + 1).clamp(min=0).unbind(-1)
    count = width * height
    face = torch.arange(len(faces), device=faces.device).repeat_interleave(count)
    place = torch.arange(len(face), device=faces.device) - (count.cumsum(0) - count)[face]
    column = low[face, 0] + place % width[face]
    row = low[face, 1] + place // width[face]
    sides = corners[face, :, :2] - torch.stack([column, row], dim=-1)[:, None] - 0.5
    after, before = sides.roll(-1, dims=1), sides.roll(1, dims=1)
    area = after[..., 0] * before[..., 1] - after[..., 1] * before[..., 0]
    whole = area.sum(-1)
    inside = ((area * whole.sign()[:, None]) >= 0).all(-1) & (whole != 0)
    face, pixel, share = face[inside], (row * W + column)[inside], (area / whole[:, None])[inside]
    key = (share * corners[face, :, 2]).sum(-1)
    best = key.new_full((H * W,), -torch.inf).scatter_reduce(0, pixel, key, "amax")
    wins = key == best[pixel]
    none = len(faces)
    first = face.new_full((H * W,), none).scatter_reduce(0, pixel[wins], face[wins], "amin")
    return first.masked_fill(first == none, -1).view(H, W)
