"""Optical flow of a mesh: where each pixel's surface goes until the next frame, exactly."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from meshgait.errors import ConfigError
from meshgait.modalities.normalized_coverage import gait_map
from meshgait.numerics import in_full_precision
from meshgait.render import rasterize

FASTEST = 8.0  # pixels a frame, the brightest colour


@in_full_precision
def flow(
    points: Float[Tensor, "*batch T V 3"], faces: Int[Tensor, "F 3"], size: tuple[int, int]
) -> Float[Tensor, "*batch T 2 H W"]:
    """Pixels to the right and down that what each pixel shows moves until the next frame.

    `points` are x and y in pixels, and any depth. 0 where there is nothing, and in the last frame.
    """
    seen = rasterize(points.detach(), faces, size, perspective=False)
    ahead = torch.cat([points[..., 1:, :, :2], points[..., -1:, :, :2]], dim=-3)
    step = (ahead - points[..., :2]).reshape(-1, points.shape[-2], 2)
    face = seen.face.reshape(-1, *size)
    frame = torch.arange(len(face), device=face.device)[:, None, None, None]
    moved = step[frame, faces[face.clamp(min=0)]]  # (N, H, W, 3, 2)
    weight = seen.barycentric.reshape(*face.shape, 3, 1).to(moved)
    found = (moved * weight).sum(-2).movedim(-1, 1)
    return found.reshape(*points.shape[:-2], 2, *size)


@in_full_precision
def normalized_flow(
    points: Float[Tensor, "*batch T V 3"],
    faces: Int[Tensor, "F 3"],
    size: tuple[int, int] = (64, 44),
) -> Float[Tensor, "*batch T 2 H W"]:
    """Flow of the crop of gait recognition, in whose pixels a body that only comes nearer rests.

    `points` are as those of `flow`, in any picture; the crop is that of `normalized_coverage`.
    """
    scale, shift = gait_map(points[..., :2], faces, size)
    place = points[..., :2] * scale[..., None, None] + shift[..., None, :]
    return flow(torch.cat([place, points[..., 2:]], dim=-1), faces, size)


def flow_image(
    flow: Float[Tensor, "*batch 2 H W"], *, fastest: float = FASTEST
) -> UInt8[Tensor, "*batch 3 H W"]:
    """Flow as colours: the hue is its direction, the brightness its length, full at `fastest`.

    >>> flow_image(torch.tensor([8.0, 0.0]).reshape(2, 1, 1)).flatten().tolist()
    [255, 0, 0]
    """
    if not 0 < fastest < math.inf:
        raise ConfigError(f"fastest must be above 0 pixels a frame and finite, got {fastest}")
    right, down = flow.double().unbind(-3)
    hue = 3 * torch.atan2(down, right) / math.pi  # sixths of a turn
    value = (torch.hypot(right, down) / fastest).clamp(max=1)
    shift = hue.new_tensor([0.0, 2.0, 4.0])[:, None, None]
    away = ((hue.unsqueeze(-3) - shift + 3) % 6 - 3).abs()
    channel = (2 - away).clamp(0, 1) * value.unsqueeze(-3)
    return (255 * channel).round().to(torch.uint8)
