"""The frame that gait networks look through: scaled to the person's height, centred on the mass."""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Bool, UInt8

from meshgait._optional import require


def align(
    image: UInt8[np.ndarray, "H W"],
    mask: Bool[np.ndarray, "H W"],
    side: int,
    kind: Literal["grey", "labels"] = "grey",
) -> tuple[UInt8[np.ndarray, "S S"], int]:
    """A `side` x `side` square around the person where `mask` is True, and its median column.

    The recipe of GaitSet: rows without a person are cut off, the rest is scaled to the height of
    the square (bicubic; labels take the nearest), and the column that halves the mass becomes the
    middle. The column is counted in the scaled image, before the square is cut out.
    """
    cv2 = require("cv2", extra="data")
    rows = np.flatnonzero(mask.any(axis=1))
    image = image[rows[0] : rows[-1] + 1]
    width = max(1, int(side * image.shape[1] / image.shape[0]))
    how = cv2.INTER_CUBIC if kind == "grey" else cv2.INTER_NEAREST
    image = cv2.resize(image, (width, side), interpolation=how)
    weight = image if kind == "grey" else image > 0
    mass = weight.sum(axis=0, dtype=np.int64).cumsum()
    middle = int(np.argmax(mass > mass[-1] / 2))
    left, right = middle - side // 2, middle + side // 2
    if left <= 0 or right >= width:
        image = np.pad(image, ((0, 0), (side // 2, side // 2)))
        left, right = left + side // 2, right + side // 2
    return image[:, left:right], middle
