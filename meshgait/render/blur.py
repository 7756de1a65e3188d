"""An optional softness of silhouettes, the same for every mesh, to be annealed to nothing."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import conv2d

from meshgait.errors import ConfigError
from meshgait.numerics import in_full_precision

_LARGEST_MATRIX = 512  # pixels up to which a product with a matrix is faster than a convolution


@in_full_precision
def soften(image: Float[Tensor, "*batch H W"], sigma_px: float) -> Float[Tensor, "*batch H W"]:
    """Blur with a Gaussian of `sigma_px` pixels; what lies outside the image counts as 0.

    A silhouette loss on softened images sees further: begin with 4 px, end with 0, which returns
    the image itself. Differentiable in `image`. Raises `ConfigError` for a negative sigma.

    >>> soften(torch.eye(3), 0.5)[1]
    tensor([0.1675, 0.6414, 0.1675])
    """
    if not 0 <= sigma_px < math.inf:
        raise ConfigError(f"sigma_px must be 0 or more pixels, got {sigma_px}")
    if sigma_px == 0:
        return image
    reach = math.ceil(4 * sigma_px)  # what lies beyond weighs less than 1e-4
    offset = torch.arange(-reach, reach + 1, dtype=image.dtype, device=image.device)
    weight = torch.softmax(-0.5 * (offset / sigma_px).square(), dim=0)
    if max(image.shape[-2:]) <= _LARGEST_MATRIX:
        down, across = (_as_matrix(weight, side) for side in image.shape[-2:])
        return down @ image @ across
    flat = image.reshape(-1, 1, *image.shape[-2:])
    flat = conv2d(flat, weight.view(1, 1, -1, 1), padding=(reach, 0))
    return conv2d(flat, weight.view(1, 1, 1, -1), padding=(0, reach)).reshape(image.shape)


def _as_matrix(weight: Float[Tensor, " K"], side: int) -> Float[Tensor, "side side"]:
    """The symmetric matrix that convolves a line of `side` pixels."""
    reach = len(weight) // 2
    place = torch.arange(side, device=weight.device)
    offset = place - place[:, None]
    near = offset.abs() <= reach
    return torch.where(near, weight[(offset + reach).clamp(0, 2 * reach)], 0.0)
