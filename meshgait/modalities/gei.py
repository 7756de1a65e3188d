"""Gait energy image: the mean silhouette (Han and Bhanu, TPAMI 2006)."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from meshgait.errors import DataError


def gei(
    silhouette: Float[Tensor, "*batch T H W"], mask: Bool[Tensor, "*batch T"]
) -> Float[Tensor, "*batch H W"]:
    """Mean silhouette over the frames that `mask` keeps.

    Raises `DataError` when it keeps none of a sequence.

    >>> walk = torch.tensor([0.0, 1.0, 9.0]).reshape(3, 1, 1)
    >>> gei(walk, torch.tensor([True, True, False])).item()
    0.5
    """
    mask = mask.bool()
    count = mask.sum(dim=-1)
    if bool((count == 0).any()):
        raise DataError("a sequence without a single kept frame has no gait energy image")
    kept = torch.where(mask[..., None, None], silhouette, 0.0)
    return kept.sum(dim=-3) / count[..., None, None]
