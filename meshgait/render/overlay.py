"""Pictures that show whether a mesh fits: laid over an image, or silhouette against silhouette."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int, UInt8
from torch import Tensor

from meshgait.camera import Camera, WeakPerspective
from meshgait.errors import DataError, ShapeError
from meshgait.render.shading import SKIN, shade

BOTH, ONLY_FIRST, ONLY_SECOND = (0.55, 0.55, 0.55), (0.16, 0.40, 0.85), (0.88, 0.25, 0.18)

Silhouette = Bool[Tensor, "*batch H W"] | UInt8[Tensor, "*batch H W"] | Float[Tensor, "*batch H W"]


def overlay(
    image: UInt8[Tensor, "*batch H W 3"] | Silhouette,
    vertices: Float[Tensor, "*batch V 3"],
    faces: Int[Tensor, "F 3"],
    camera: Camera | WeakPerspective,
    *,
    color: tuple[float, float, float] | Float[Tensor, "*batch V 3"] = SKIN,
    opacity: float = 0.75,
) -> UInt8[Tensor, "*batch H W 3"]:
    """The mesh drawn over `image`, RGB (*, H, W, 3) from 0 to 255 or a silhouette (*, H, W).

    Raises `ShapeError` where the image is not of the camera's size: `camera.resize` and
    `camera.crop` follow what was done to an image. Otherwise as `shade`.
    """
    H, W = camera.size
    lead = vertices.shape[:-2]
    if image.shape not in ((*lead, H, W, 3), (*lead, H, W)):
        raise ShapeError(
            f"image is {tuple(image.shape)}; for vertices {tuple(vertices.shape)} and a camera of "
            f"{H} x {W} pixels it must be {(*lead, H, W, 3)}, or {(*lead, H, W)} for a silhouette"
        )
    if not 0 <= opacity <= 1:
        raise DataError(f"opacity must be between 0 and 1, got {opacity}")
    grey = _to_unit(image)
    if image.ndim == len(lead) + 2:
        grey = grey[..., None].expand(*image.shape, 3)
    return shade(vertices, faces, camera, color=color, background=grey, opacity=opacity)


def compare(first: Silhouette, second: Silhouette) -> UInt8[Tensor, "*batch H W 3"]:
    """Two silhouettes (*, H, W) in one picture: grey where both are, else blue or red.

    Blue is what only the first covers, red what only the second does, white what neither does.

    >>> compare(torch.tensor([[True, False]]), torch.tensor([[False, False]]))
    tensor([[[ 41, 102, 217],
             [255, 255, 255]]], dtype=torch.uint8)
    """
    if first.shape != second.shape:
        raise ShapeError(f"silhouettes differ: {tuple(first.shape)} and {tuple(second.shape)}")
    a, b = _to_unit(first)[..., None], _to_unit(second)[..., None]
    parts = ((a * b, BOTH), (a * (1 - b), ONLY_FIRST), ((1 - a) * b, ONLY_SECOND))
    rest = (1 - a) * (1 - b)
    picture = rest + sum(weight * weight.new_tensor(color) for weight, color in parts)
    return (picture * 255).round().to(torch.uint8)


def _to_unit(image: Tensor) -> Float[Tensor, "..."]:
    """Grey values from 0 to 1."""
    return image.float() / 255 if image.dtype == torch.uint8 else image.float()
