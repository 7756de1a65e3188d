"""Silhouettes: drawn from a mesh, and the crop that every gait network expects of them."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from meshgait.camera import Camera, WeakPerspective
from meshgait.errors import DataError, ShapeError
from meshgait.mesh import Mesh
from meshgait.modalities.alignment import align
from meshgait.render import coverage

Array = TypeVar("Array", np.ndarray, Tensor)

MIN_MASS = 10_000  # of grey values 0..255 in a frame, about 39 white pixels: less is no person


def silhouette(
    mesh: Mesh, camera: Camera | WeakPerspective, *, subpixels: int = 1
) -> Float[Tensor, "*batch H W"]:
    """Share of each pixel that the mesh covers, in [0, 1], with gradients to the vertices.

    See `meshgait.render.coverage` for `subpixels` and the accuracy. Raises `DataError` when the
    mesh reaches behind the camera.
    """
    mesh = mesh.used()
    return coverage(camera.project(mesh.vertices), mesh.faces, camera.size, subpixels=subpixels)


def is_visible(mask: Array) -> Bool[np.ndarray, "*batch"]:
    """Which frames (*, H, W) show enough of a person to be normalised: the field's rule."""
    return np.asarray(_to_grey(mask).sum(axis=(-2, -1), dtype=np.int64) > MIN_MASS)


def normalize_silhouette(mask: Array, size: tuple[int, int] = (64, 44)) -> Array:
    """Crop each frame (*, H, W) to the person, scale to `size`, centre: uint8 grey values.

    The recipe of GaitSet and all that follow it: rows without a person are cut off, the rest is
    scaled (bicubic) to the height of `size`, the median column of the mass becomes the middle,
    and a square is cut out, of which a width below the height drops equal margins. `mask` is
    boolean, uint8 (0..255), of other whole numbers (0..255, or 0 and 1) or floating point (0..1);
    an array gives an array, a tensor a tensor.

    Raises `DataError` naming the first frame that shows nobody: filter with `is_visible`.
    """
    height, width = size
    if height % 2 or width % 2 or not 0 < width <= height:
        raise ShapeError(f"size must be even and no wider than high, got {size}")
    if mask.ndim < 2:
        raise ShapeError(f"a silhouette must be (*, H, W), got {tuple(mask.shape)}")
    grey = _to_grey(mask)
    frames = grey.reshape(-1, *grey.shape[-2:])
    seen = is_visible(frames)
    if not seen.all():
        first = int(np.argmin(seen))
        raise DataError(
            f"frame {first} of {len(frames)} shows nobody (grey values sum to "
            f"{frames[first].sum()}, needed are more than {MIN_MASS}); drop it first, or pass "
            "masks of 0 and 1 as booleans"
        )
    margin = (height - width) // 2
    aligned = np.zeros((len(frames), height, width), np.uint8)
    for index, frame in enumerate(frames):
        square, _ = align(frame, frame > 0, height)
        aligned[index] = square[:, margin : margin + width]
    aligned = aligned.reshape(*grey.shape[:-2], height, width)
    return torch.from_numpy(aligned).to(mask.device) if isinstance(mask, Tensor) else aligned


def _to_grey(mask: np.ndarray | Tensor) -> np.ndarray:
    array = mask.detach().cpu().numpy() if isinstance(mask, Tensor) else mask
    if array.dtype == np.uint8:
        return array
    if array.dtype == bool:
        return array * np.uint8(255)
    if array.dtype.kind in "iu":
        if array.size and not (array.min() >= 0 and array.max() <= 255):
            raise DataError(f"a silhouette of {array.dtype} must lie in 0..255, or be 0 and 1")
        scale = 255 if array.size and array.max() == 1 else 1
        return array.astype(np.uint8) * np.uint8(scale)
    if array.dtype.kind != "f":
        raise DataError(f"a silhouette is boolean, of whole numbers or floating, not {array.dtype}")
    if array.size and not (array.min() >= 0 and array.max() <= 1):
        raise DataError("a floating-point silhouette must lie in [0, 1]")
    return np.rint(array * 255).astype(np.uint8)
