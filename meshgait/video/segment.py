"""Which pixels are a person's: the mask that comes with the landmarks, or a network of your own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, UInt8

from meshgait.video.landmarks import Sighting
from meshgait.video.region import Patch

SURE = 128  # of 255: from here on a pixel is the person's


@runtime_checkable
class Segmenter(Protocol):
    """Whatever cuts out the person who was sighted: grey values, 255 inside."""

    def segment(self, picture: UInt8[np.ndarray, "H W 3"], person: Sighting) -> Patch:
        """The mask where it lies in the picture."""


class LandmarkMask:
    """The mask that the network of the landmarks gives with them."""

    def segment(self, picture: UInt8[np.ndarray, "H W 3"], person: Sighting) -> Patch:
        """What was seen, without what hangs together with nothing."""
        return largest_part(person.mask)


def largest_part(mask: Patch) -> Patch:
    """The largest of the parts that hang together, black around it."""
    from scipy.ndimage import label

    labels, count = label(mask.pixels >= SURE, np.ones((3, 3)))
    if count > 1:
        sizes = np.bincount(labels.ravel())[1:]
        return mask._replace(pixels=np.where(labels == 1 + sizes.argmax(), mask.pixels, 0))
    return mask


def within(mask: Patch, shape: tuple[int, ...]) -> Patch:
    """What of a mask lies in a picture of this shape."""
    cut = (max(-mask.left, 0), max(-mask.top, 0))
    left, top = mask.left + cut[0], mask.top + cut[1]
    pixels = mask.pixels[
        cut[1] : max(shape[0] - mask.top, 0), cut[0] : max(shape[1] - mask.left, 0)
    ]
    return Patch(pixels, left, top)


def is_inside(mask: Patch) -> Bool[np.ndarray, "h w"]:
    """Where the person is."""
    return mask.pixels >= SURE


def as_picture(mask: Patch, shape: tuple[int, ...]) -> UInt8[np.ndarray, "H W"]:
    """The mask in a picture of this shape."""
    whole = np.zeros(shape[:2], np.uint8)
    height, width = mask.pixels.shape
    whole[mask.top : mask.top + height, mask.left : mask.left + width] = mask.pixels
    return whole


def common_share(mask: Patch, others: Sequence[Patch]) -> float:
    """How much of a mask any of the others covers, too."""
    inside = is_inside(mask)
    area = int(inside.sum())
    if not area or not others:
        return 0.0
    shape = (
        max(p.top + p.pixels.shape[0] for p in (mask, *others)),
        max(p.left + p.pixels.shape[1] for p in (mask, *others)),
    )
    covered = np.any([as_picture(other, shape) >= SURE for other in others], axis=0)
    mine = as_picture(mask, shape) >= SURE
    return float((mine & covered).sum()) / area
