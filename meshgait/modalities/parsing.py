"""Parsing maps, one label of a body part for each pixel, as networks expect them."""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8

from meshgait.errors import DataError, ShapeError
from meshgait.modalities.alignment import align
from meshgait.modalities.silhouette import is_visible

PARSING_LABELS = 12
"""Background, head, torso, arms, hands, legs, feet and dress (Gait3D-Parsing)."""


def normalize_parsing(
    labels: UInt8[np.ndarray, "*batch H W"], size: tuple[int, int] = (64, 44)
) -> UInt8[np.ndarray, "*batch h w"]:
    """As `normalize_silhouette`, for labels 0 to 11: all that is not 0 is the person.

    Labels take that of the nearest pixel. Raises `DataError` for a higher label and for a frame
    that shows nobody.
    """
    height, width = size
    if height % 2 or width % 2 or not 0 < width <= height:
        raise ShapeError(f"size must be even and no wider than high, got {size}")
    if labels.dtype.kind not in "iub":
        raise DataError(f"a parsing map has labels of whole numbers, not of {labels.dtype}")
    if labels.size and not 0 <= labels.min() <= labels.max() < PARSING_LABELS:
        wrong = labels.max() if labels.min() >= 0 else labels.min()
        raise DataError(f"a parsing map has labels 0 to {PARSING_LABELS - 1}, not {wrong}")
    labels = labels.astype(np.uint8)
    frames = labels.reshape(-1, *labels.shape[-2:])
    seen = is_visible(frames > 0)
    if not seen.all():
        raise DataError(
            f"frame {int(np.argmin(seen))} of {len(frames)} shows nobody; drop it first"
        )
    margin = (height - width) // 2
    aligned = np.zeros((len(frames), height, width), np.uint8)
    for index, frame in enumerate(frames):
        square, _ = align(frame, frame > 0, height, "labels")
        aligned[index] = square[:, margin : margin + width]
    return aligned.reshape(*labels.shape[:-2], height, width)
