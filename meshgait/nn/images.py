"""Images as networks want them."""

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from meshgait.errors import DataError, ShapeError


def to_unit_range(
    image: Shaped[Tensor, "*batch H W"],
    *,
    size: tuple[int, int],
    dtype: torch.dtype,
    rounded: bool = True,
) -> Float[Tensor, "*batch H W"]:
    """Images of (height, width) = `size` as `dtype`: bytes are divided by 255, floats stay.

    Quotients are `rounded` to float32 whatever comes after, as most published networks were fed;
    else only to `dtype`, but never to less than float32 on the way.

    Raises `ShapeError` for another size, because a network silently fails on images that were
    cut or scaled in another way than those it was trained on, and `DataError` for other integers.

    >>> to_unit_range(torch.tensor([[255]], dtype=torch.uint8), size=(1, 1), dtype=torch.float32)
    tensor([[1.]])
    """
    height, width = size
    if image.shape[-2:] != (height, width):
        raise ShapeError(
            f"this model takes images {height} rows high and {width} columns wide, got "
            f"{image.shape[-2]} x {image.shape[-1]}; choose another size in the model's "
            "config or prepare the images for this one (64 x 64: cut 10 columns on each side)"
        )
    if image.dtype == torch.uint8:
        divided_in = torch.float32 if rounded else torch.promote_types(torch.float32, dtype)
        return (image.to(divided_in) / 255).to(dtype)
    if not image.is_floating_point():
        raise DataError(f"images are bytes 0..255 or floats 0..1, got {image.dtype}")
    return image.to(dtype)
