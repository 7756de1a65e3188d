"""The crop of gait recognition, with gradients: a mesh as a data set's silhouette would show it."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

from meshgait.errors import DataError, ShapeError
from meshgait.mesh import topology
from meshgait.numerics import in_full_precision, uncompiled
from meshgait.render import coverage


@uncompiled
@in_full_precision
def normalized_coverage(
    points: Float[Tensor, "*batch V 2"],
    faces: Int[Tensor, "F 3"],
    size: tuple[int, int] = (64, 44),
    *,
    middle: float | Float[Tensor, "*#batch"] | None = None,
    subpixels: int = 1,
) -> Float[Tensor, "*batch H W"]:
    """Coverage of a mesh, as high as `size` and centred: `normalize_silhouette` with gradients.

    `points` are x and y (downwards) in any unit: pixels of some camera, or metres without
    perspective. So neither where the camera stood nor its lens need be known, only its direction.
    The gradient includes what moves and scales the whole, that of the highest and lowest vertex
    and of the median column. `middle`, `subpixels` and errors are those of `gait_map`, `coverage`.

    Nothing is rounded, unlike in the plain crop, whose rows and median column are whole pixels:
    `python benchmarks/fit.py --parts normalization` prints how far the two are apart.
    """
    scale, shift = gait_map(points, faces, size, middle=middle)
    placed = points * scale[..., None, None] + shift[..., None, :]
    return coverage(placed, faces, size, subpixels=subpixels)


@uncompiled
@in_full_precision
def gait_map(
    points: Float[Tensor, "*batch V 2"],
    faces: Int[Tensor, "F 3"],
    size: tuple[int, int] = (64, 44),
    *,
    middle: float | Float[Tensor, "*#batch"] | None = None,
) -> tuple[Float[Tensor, "*batch"], Float[Tensor, "*batch 2"]]:
    """`scale` and `shift` so that `scale * points + shift` lie in the crop of gait recognition.

    The mesh reaches from the first to the last row, and the median column of its area comes to
    `middle`: by default the middle of column W / 2, which is where `normalize_silhouette` puts it
    to within half a pixel. To compare with one silhouette pass its own `median_column`. Raises
    `DataError` for a mesh without any height.
    """
    height, width = size
    used = torch.from_numpy(topology(faces).used_vertices).to(points.device)
    seen = points if len(used) == points.shape[-2] else points[..., used, :]
    low, high = seen.amin(-2), seen.amax(-2)
    tall = high[..., 1] - low[..., 1]
    if not bool((tall > 0).all()):  # not NaN either
        raise DataError("a mesh without height, or with NaN, cannot be scaled to one")
    scale = height / tall
    shift = -low * scale[..., None]
    placed = points * scale[..., None, None] + shift[..., None, :]
    widths = (scale * (high - low)[..., 0]).detach()
    columns = math.ceil(float(widths.max())) + 1 if widths.numel() else 1
    median = median_column(coverage(placed, faces, (height, columns)))
    goal = width / 2 + 0.5 if middle is None else middle
    return scale, torch.stack([shift[..., 0] + goal - median, shift[..., 1]], dim=-1)


def median_column(silhouette: Float[Tensor, "*batch H W"]) -> Float[Tensor, "*batch"]:
    """Where, in pixels from the left edge, half of the area is on either side; with gradients.

    Raises `DataError` for an empty silhouette, `ShapeError` for what is not an image.

    >>> median_column(torch.tensor([[0.0, 1.0, 0.0, 3.0]]))
    tensor(3.3333)
    """
    if silhouette.ndim < 2:
        raise ShapeError(f"a silhouette must be (*, H, W), got {tuple(silhouette.shape)}")
    mass = silhouette.sum(-2)
    half = mass.sum(-1, keepdim=True) / 2
    if not bool((half > 0).all()):
        raise DataError("an empty silhouette has no median column; drop the frame")
    column = (mass.cumsum(-1) > half).int().argmax(-1, keepdim=True)
    before = (mass * (torch.arange(mass.shape[-1], device=mass.device) < column)).sum(-1, True)
    return (column + (half - before) / mass.gather(-1, column))[..., 0]
