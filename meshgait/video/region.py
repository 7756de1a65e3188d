"""The square around a person that networks are shown, turned so that the person stands upright."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, UInt8

from meshgait._optional import require

_ROOM = 2.5  # side of a region, by the radius of the circle around a person
_SHRINK_FROM = 2.0  # reductions from here on average the pixels instead of picking some


class Patch(NamedTuple):
    """A part of a picture: `pixels` (h, w), the first at column `left` and row `top`."""

    pixels: UInt8[np.ndarray, "h w"]
    left: int
    top: int


@dataclass(frozen=True)
class Region:
    """A square: its middle and side in pixels, and by how many radians it is turned clockwise."""

    x: float
    y: float
    side: float
    angle: float = 0.0

    @classmethod
    def around(cls, box: Float[np.ndarray, "4"]) -> Region:
        """That of an upright person in a box left, top, right, bottom."""
        left, top, right, bottom = map(float, box)
        return cls((left + right) / 2, (top + bottom) / 2, _ROOM * (bottom - top) / 2)

    @classmethod
    def of_circle(cls, middle: Float[np.ndarray, "2"], top: Float[np.ndarray, "2"]) -> Region:
        """That of the person in the circle around the mid-hip whose highest point is `top`."""
        x, y = (float(value) for value in top - middle)
        turn = math.atan2(x, -y)
        return cls(float(middle[0]), float(middle[1]), _ROOM * math.hypot(x, y), turn)

    def to_picture(self, points: Float[np.ndarray, "*batch 2"]) -> Float[np.ndarray, "*batch 2"]:
        """Points of the square, 0 to 1, in pixels."""
        return (points - 0.5) * self.side @ self.turn.T + [self.x, self.y]

    @property
    def turn(self) -> Float[np.ndarray, "2 2"]:
        """From the axes of the square to those of the picture."""
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        return np.array([[cosine, -sine], [sine, cosine]])

    def cut(self, picture: UInt8[np.ndarray, "H W 3"], size: int) -> UInt8[np.ndarray, "S S 3"]:
        """The square at `size` pixels a side; black beyond the picture."""
        cv2 = require("cv2", extra="video")
        shrink = int(self.side / size / _SHRINK_FROM * 2) if self.side > _SHRINK_FROM * size else 1
        left, top, right, bottom = self._bounds(picture.shape, shrink)
        if shrink > 1 and right > left and bottom > top:
            part = picture[top:bottom, left:right]
            small = ((right - left) // shrink, (bottom - top) // shrink)
            part = cv2.resize(part, small, interpolation=cv2.INTER_AREA)
            inner = Region(
                (self.x - left) / shrink, (self.y - top) / shrink, self.side / shrink, self.angle
            )
            return cv2.warpAffine(part, inner._to_index(size), (size, size))
        return cv2.warpAffine(picture, self._to_index(size), (size, size))

    def paste(self, values: Float[np.ndarray, "S S"], shape: tuple[int, ...]) -> Patch:
        """Values of the square, 0 to 1, where they lie in a picture of this shape, as grey."""
        cv2 = require("cv2", extra="video")
        left, top, right, bottom = self._bounds(shape, 1)
        if right <= left or bottom <= top:
            return Patch(np.zeros((0, 0), np.uint8), left, top)
        matrix = self._to_index(len(values))
        matrix[:, 2] += matrix[:, :2] @ [left, top]
        found = cv2.warpAffine(
            np.ascontiguousarray(values, np.float32), matrix, (right - left, bottom - top),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        )  # fmt: skip
        return Patch(np.rint(255 * found).astype(np.uint8), left, top)

    def _to_index(self, size: int) -> Float[np.ndarray, "2 3"]:
        """From indices of the picture's pixels to those of the square's, both of their middles."""
        linear = self.turn.T * (size / self.side)
        shift = size / 2 - linear @ [self.x - 0.5, self.y - 0.5] - 0.5
        return np.concatenate([linear, shift[:, None]], axis=1)

    def _bounds(self, shape: tuple[int, ...], step: int) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of what the picture has of it, sides a multiple of `step`."""
        half = self.side / 2 * (abs(math.cos(self.angle)) + abs(math.sin(self.angle)))
        left, top = max(0, math.floor(self.x - half)), max(0, math.floor(self.y - half))
        right = min(shape[1], math.ceil(self.x + half))
        bottom = min(shape[0], math.ceil(self.y + half))
        return left, top, right - max(right - left, 0) % step, bottom - max(bottom - top, 0) % step
