"""Label maps of body parts (0 background .. 11 dress) as networks want them."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor
from torch.nn.functional import interpolate

from meshgait.errors import ShapeError


def label_image(
    parsing: Shaped[Tensor, "N H W"], *, size: tuple[int, int], dtype: torch.dtype
) -> Float[Tensor, "N 1 H W"]:
    """Labels of (height, width) = `size` as numbers: not divided, for so the networks learnt them.

    >>> label_image(torch.tensor([[[11]]], dtype=torch.uint8), size=(1, 1), dtype=torch.float32)
    tensor([[[[11.]]]])
    """
    if parsing.shape[1:] != size:
        raise ShapeError(
            f"this model takes label maps {size[0]} rows high and {size[1]} columns wide, got "
            f"{parsing.shape[1]} x {parsing.shape[2]}; choose another size in the model's "
            "config or prepare the maps for this one (64 x 64: cut 10 columns on each side)"
        )
    return parsing.unsqueeze(1).to(dtype)


def shrink_labels(labels: Float[Tensor, "N 1 H W"], size: Sequence[int]) -> Int[Tensor, "N h w"]:
    """The label of the pixel at the upper left of each cell of a coarser grid."""
    return interpolate(labels, size=tuple(size), mode="nearest").squeeze(1).long()


def is_any_of(labels: Int[Tensor, "N h w"], part: Sequence[int]) -> Bool[Tensor, "N h w"]:
    """Where a label is one of `part`.

    >>> is_any_of(torch.tensor([[[0, 3, 5]]]), (3, 5))
    tensor([[[False,  True,  True]]])
    """
    return (labels.unsqueeze(-1) == torch.tensor(tuple(part), device=labels.device)).any(-1)


def pool_pixels(x: Float[Tensor, "N C h w"]) -> Float[Tensor, "N C"]:
    """Mean plus maximum over all pixels."""
    return x.mean((2, 3)) + x.amax((2, 3))
