"""SoftRas in plain torch: all pairs of a face and a pixel near it. The oracle of the numba one."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import logsigmoid

EPSILON = 1e-8  # PyTorch3D's, for areas and squared lengths in its units


def alpha(
    vertices: Float[Tensor, "N V 2"],
    faces: Int[Tensor, "F 3"],
    size: tuple[int, int],
    *,
    sigma: float,
    blur_radius: float,
) -> Float[Tensor, "N H W"]:
    """As `meshgait.render.softras`, whose checks it relies on."""
    scale = 2 / min(size)  # pixels to PyTorch3D's units
    corners = vertices.double()[:, faces] * scale  # products of hundreds of factors follow
    images = [_alpha(frame, size, scale, sigma, blur_radius) for frame in corners]
    return torch.stack(images) if images else vertices.new_empty(0, *size)


def _alpha(
    corners: Float[Tensor, "F 3 2"],
    size: tuple[int, int],
    scale: float,
    sigma: float,
    blur_radius: float,
) -> Float[Tensor, "H W"]:
    H, W = size
    face, row, column = _near(corners.detach(), size, scale, math.sqrt(blur_radius))
    corner = corners[face]
    point = (torch.stack([column, row], dim=-1) + 0.5).to(corners) * scale
    pairs = ((0, 1), (0, 2), (1, 2))
    distance = torch.stack([_to_segment(point, corner[:, i], corner[:, j]) for i, j in pairs])
    distance = distance.amin(0)
    sides = corner - point[:, None]
    after, before = sides.roll(-1, dims=1), sides.roll(1, dims=1)
    area = after[..., 0] * before[..., 1] - after[..., 1] * before[..., 0]
    # PyTorch3D's areas have the other sign, and to their sum it adds epsilon.
    whole = -area.sum(-1, keepdim=True) + EPSILON
    inside = (-area / whole > 0).all(-1)
    counts = inside | (distance < blur_radius)
    signed = torch.where(inside, -distance, distance)[counts]
    pixel = (row * W + column)[counts]
    # The product of the transparencies 1 - sigmoid(-d / sigma), as a sum of logarithms.
    clear = corners.new_zeros(H * W).index_add(0, pixel, logsigmoid(signed / sigma))
    return -torch.expm1(clear).view(H, W)


def _near(
    corners: Float[Tensor, "F 3 2"], size: tuple[int, int], scale: float, reach: float
) -> tuple[Int[Tensor, " M"], Int[Tensor, " M"], Int[Tensor, " M"]]:
    """Face, row and column where a pixel centre is at most `reach` from a face's bounding box."""
    H, W = size
    limit = corners.new_tensor([W, H])
    a, b, c = corners.unbind(1)
    ab, ac = b - a, c - a
    drawn = (ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]).abs() > EPSILON
    low = ((corners.amin(1) - reach) / scale - 0.5).ceil().clamp(min=0).minimum(limit)
    high = ((corners.amax(1) + reach) / scale - 0.5).floor().clamp(min=-1).minimum(limit - 1)
    width, height = ((high - low + 1).clamp(min=0).long() * drawn[:, None]).unbind(-1)
    face = torch.arange(len(corners), device=corners.device).repeat_interleave(width * height)
    before = (width * height).cumsum(0) - width * height
    place = torch.arange(len(face), device=corners.device) - before[face]
    row = low[face, 1].long() + place // width[face]
    return face, row, low[face, 0].long() + place % width[face]


def _to_segment(
    point: Float[Tensor, "M 2"], start: Float[Tensor, "M 2"], end: Float[Tensor, "M 2"]
) -> Float[Tensor, " M"]:
    """Squared distance of points from segments; from the end where a segment has no length."""
    along = end - start
    square = along.square().sum(-1)
    short = square <= EPSILON
    t = ((point - start) * along).sum(-1) / torch.where(short, 1.0, square)
    t = torch.where(short, 1.0, t.clamp(0, 1))
    return (point - start - t[:, None] * along).square().sum(-1)
