"""Skeleton maps: joints and limbs as Gaussians (Fan et al., SkeletonGait, AAAI 2024).

Each frame is centred on the middle of the hips and scaled to one height, so that, as in a
normalised silhouette, only posture is left.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from meshgait.errors import DataError, ShapeError
from meshgait.modalities.joint_set import COCO17, JointSet
from meshgait.numerics import in_full_precision

_CANVAS = 128  # pixels per side on which the Gaussians are drawn
_BODY = _CANVAS // 1.5  # pixels from the highest to the lowest keypoint
_SIGMA = 8.0
_REACH = 3.0  # sigmas beyond which a Gaussian is cut off
_FAINTEST = 1e-6  # confidence below which a logarithm would lose its gradient


@in_full_precision
def pose_heatmap(
    skeleton2d: Float[Tensor, "*batch K 3"],
    joint_set: JointSet = COCO17,
    *,
    side: int = 64,
) -> Float[Tensor, "*batch 2 side side"]:
    """Limbs, then joints, of each frame in [0, 1]; a confidence scales its Gaussian.

    `skeleton2d` holds x, y (pixels, y downwards) and confidence. A limb is as confident as the less
    certain of its ends; of several Gaussians the highest counts. Where the published pipeline
    guesses missing joints from like poses, a confidence of 0 leaves them out. SkeletonGait reads
    the inner 44 columns of 64. Raises `DataError` for a skeleton without height.

    >>> import torch
    >>> pose_heatmap(torch.rand(5, 17, 3)).shape
    torch.Size([5, 2, 64, 64])
    """
    if skeleton2d.shape[-2] != len(joint_set.names):
        have, want = skeleton2d.shape[-2], len(joint_set.names)
        raise ShapeError(f"{have} keypoints cannot be the {want} of the joint set; pass theirs")
    place, confidence = _centre(skeleton2d[..., :2], joint_set), skeleton2d[..., 2]
    edges = torch.tensor(joint_set.edges, device=place.device)
    start, end = place[..., edges[:, 0], :], place[..., edges[:, 1], :]
    pair = torch.minimum(confidence[..., edges[:, 0]], confidence[..., edges[:, 1]])
    maps = torch.stack([_draw(start, end, pair), _draw(place, place, confidence)], dim=-3)
    return _fit(maps, side)


def _centre(place: Float[Tensor, "*batch K 2"], joint_set: JointSet) -> Float[Tensor, "*batch K 2"]:
    """Middle of the hips to the middle of the canvas, and everybody to one height."""
    hips = [joint_set.names.index(f"{side}_hip") for side in ("left", "right")]
    middle = place[..., hips, :].mean(-2, keepdim=True)
    height = place[..., 1].amax(-1) - place[..., 1].amin(-1)
    if bool((height <= 0).any()):
        raise DataError("a skeleton has no height, all keypoints lie in one row; drop that frame")
    return (place - middle) * (_BODY / height)[..., None, None] + _CANVAS / 2


def _draw(
    start: Float[Tensor, "*batch L 2"],
    end: Float[Tensor, "*batch L 2"],
    confidence: Float[Tensor, "*batch L"],
) -> Float[Tensor, "*batch S S"]:
    """The highest Gaussian of the distance to each segment, cut off at a box around it."""
    grid = torch.arange(_CANVAS, dtype=start.dtype, device=start.device)
    highest = torch.full((*start.shape[:-2], _CANVAS, _CANVAS), -torch.inf).to(start)
    for index in range(start.shape[-2]):
        a, b = start[..., index, :, None, None], end[..., index, :, None, None]
        x, y = grid - a[..., 0, :, :], grid[:, None] - a[..., 1, :, :]
        along = b - a
        square = along.square().sum(-3)
        share = (x * along[..., 0, :, :] + y * along[..., 1, :, :]) / square.clamp(min=1e-12)
        share = share.clamp(0, 1)
        away = (x - share * along[..., 0, :, :]).square() + (
            y - share * along[..., 1, :, :]
        ).square()
        low, high = torch.minimum(a, b) - _REACH * _SIGMA, torch.maximum(a, b) + _REACH * _SIGMA
        inside = (grid >= low[..., 0, :, :]) & (grid <= high[..., 0, :, :])
        inside = (
            inside & (grid[:, None] >= low[..., 1, :, :]) & (grid[:, None] <= high[..., 1, :, :])
        )
        level = confidence[..., index].clamp(min=_FAINTEST).log()[..., None, None]
        value = torch.where(inside, level - away / (2 * _SIGMA**2), -torch.inf)
        highest = torch.maximum(highest, value)
    return torch.where(highest > -torch.inf, highest, -1e4).exp()


def _fit(maps: Float[Tensor, "*batch 2 S S"], side: int) -> Float[Tensor, "*batch 2 side side"]:
    """The rows with content, and as many columns around the centre, averaged to `side` pixels."""
    rows = (maps.detach() > 1e-4).any(-1).any(-2)  # (*batch, S)
    index = torch.arange(_CANVAS, device=maps.device)
    top = torch.where(rows, index, _CANVAS).amin(-1)
    bottom = torch.where(rows, index, -1).amax(-1) + 1
    empty = ~rows.any(-1)
    top, bottom = top.masked_fill(empty, 0), bottom.masked_fill(empty, _CANVAS)
    height = (bottom - top).to(maps)
    down = _averaging(top.to(maps), height, side)
    across = _averaging(_CANVAS / 2 - height / 2, height, side)
    return down.unsqueeze(-3) @ maps @ across.unsqueeze(-3).mT


def _averaging(
    start: Float[Tensor, "*batch"], length: Float[Tensor, "*batch"], side: int
) -> Float[Tensor, "*batch side S"]:
    """Weights of the canvas' pixels in `side` equal cells from `start` on."""
    cell = torch.arange(side, dtype=start.dtype, device=start.device)[:, None]
    pixel = torch.arange(_CANVAS, dtype=start.dtype, device=start.device)
    size = (length / side)[..., None, None]
    low = start[..., None, None] + cell * size
    overlap = torch.minimum(low + size, pixel + 1) - torch.maximum(low, pixel)
    return overlap.clamp(min=0) / size
