"""What the numbers of an image mean: grey values of a silhouette, or labels of a parsing map.

This is the one place that judges it, for images of any file, for pickles and for clips.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Shaped, UInt8

from meshgait.errors import DataError

WHITE = 255


def grey_levels(
    values: Shaped[np.ndarray, "*shape"],
) -> tuple[UInt8[np.ndarray, "*shape"], str | None]:
    """Silhouettes as grey values 0..255, and what was understood where that needs to be told.

    Masks (boolean, or zero and one other value) become black and white. Other numbers are taken as
    they are if the brightest is 128 to 255, floats up to 1 as shares of white (those a little
    above, as resampling leaves them, as white), and 16 bits are scaled to 8. Raises `DataError`,
    without a path, for all else: nobody could say what it means.
    """
    if values.dtype == bool:
        return values * np.uint8(WHITE), None
    if values.dtype.kind not in "uif":
        raise DataError(f"holds {values.dtype}, which is no image")
    if not values.size:
        return values.astype(np.uint8), None
    low, high = values.min(), values.max()
    if not (low >= 0 and high < np.inf):
        raise DataError("holds values below 0, infinity or NaN, which are no grey values")
    if values.dtype.kind == "f":
        values = np.rint(np.minimum(values, 1) * WHITE if _are_shares(values) else values)
    top = int(values.max())
    if top in (0, WHITE):
        return values.astype(np.uint8), None
    if bool(((values == 0) | (values == top)).all()):
        mask = (values > 0) * np.uint8(WHITE)
        return mask, f"holds 0 and {top}, which were read as black and white"
    if top in range(WHITE // 2 + 1, WHITE):
        return values.astype(np.uint8), None
    if top in range(1 << 15, 1 << 16):
        return np.rint(values / 257).astype(np.uint8), "has 16 bits, which were scaled to 8"
    raise DataError(
        f"has {top} as its brightest value, neither 1 nor white ({WHITE}): it is no silhouette"
    )


def _are_shares(values: Shaped[np.ndarray, "*shape"]) -> bool:
    """Whether floats are shares of white: up to 1, or a little above with fractions."""
    high = values.max(initial=0)
    return bool(high <= 1 or (high < 2 and (values != np.rint(values)).any()))


def clip_levels(
    silhouette: Shaped[np.ndarray, "*shape"],
) -> Shaped[np.ndarray, "*shape"]:
    """Silhouettes of a clip: shares of white stay, which networks take, others are levels."""
    stays = silhouette.dtype.kind == "f" and _are_shares(silhouette)
    return silhouette if stays else grey_levels(silhouette)[0]


def require_dark_border(levels: UInt8[np.ndarray, "*batch H W"]) -> None:
    """Raise `DataError` for images whose border is mostly white: they are likely inverted."""
    edges = (levels[..., 0, :], levels[..., -1, :], levels[..., 0], levels[..., -1])
    white = sum(np.count_nonzero(edge > WHITE // 2) for edge in edges)
    if 2 * white > sum(edge.size for edge in edges):
        raise DataError("is white along its border: if the person is black in it, invert it")


def labels(values: Shaped[np.ndarray, "*shape"], count: int) -> UInt8[np.ndarray, "*shape"]:
    """Labels 0 to `count - 1` as bytes; `DataError`, without a path, for numbers that are none."""
    if values.dtype.kind not in "buif":
        raise DataError(f"holds {values.dtype}, which is no map of labels")
    if values.dtype.kind == "f" and not (values == np.rint(values)).all():  # nor NaN
        raise DataError("holds fractions or NaN; labels are whole numbers")
    wrong = values[(values < 0) | (values >= count)]
    if wrong.size:
        raise DataError(f"has the label {wrong.max():g}; there are 0 to {count - 1}")
    return values.astype(np.uint8)
