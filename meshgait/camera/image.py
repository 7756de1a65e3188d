"""What every camera knows of its image."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from meshgait.errors import ShapeError


def require_an_image(size: tuple[int, int]) -> None:
    """Raise `ShapeError` for a (height, width) without pixels."""
    if min(size) < 1:
        raise ShapeError(f"an image must have at least one pixel, got size {size}")


def enlargement(
    like: Tensor, before: tuple[int, int], after: tuple[int, int]
) -> Float[Tensor, "2"]:
    """How much longer, x first, the sides get: a tensor like another."""
    return like.new_tensor([after[1] / before[1], after[0] / before[0]])
