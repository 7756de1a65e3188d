"""Points of a person's body: BlazePose's 33 landmarks (Bazarevsky et al., 2020) and a mask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, UInt8

from meshgait.video.lite import LiteNetwork
from meshgait.video.region import Patch, Region
from meshgait.video.weights import pose_weights

COUNT = 33
_SIDE, _CELLS, _ALL = 256, 64, 39
_REACH, _SURE = 3, 0.5  # cells around a landmark that are looked at; what one of them must say


@dataclass(frozen=True, eq=False)
class Sighting:
    """A person in one picture, as far as one network saw.

    `points` are in pixels, `world` in metres around the mid-hip (x right, y down, z away from the
    camera), `visibility` from 0 to 1. `presence` says how sure it is that there is a person at
    all, `region` where to look in the next picture.
    """

    points: Float[np.ndarray, "33 2"]
    world: Float[np.ndarray, "33 3"]
    visibility: Float[np.ndarray, "33"]
    presence: float
    mask: Patch
    region: Region

    @property
    def box(self) -> Float[np.ndarray, "4"]:
        """Left, top, right and bottom of the landmarks, with room for the head and the feet."""
        low, high = self.points.min(0), self.points.max(0)
        room = 0.06 * (high - low)[1]
        return np.concatenate([low - room, high + room])


@runtime_checkable
class Landmarker(Protocol):
    """Whatever finds the 33 landmarks and the mask of the person in a region."""

    def look(self, picture: UInt8[np.ndarray, "H W 3"], region: Region) -> Sighting:
        """The person in the middle of the region."""


class PoseLandmarker:
    """The network that `pose_weights` brings."""

    def __init__(self) -> None:
        self.network = LiteNetwork(pose_weights().landmarks)

    def look(self, picture: UInt8[np.ndarray, "H W 3"], region: Region) -> Sighting:
        """The person in the middle of the region."""
        said = self.network(region.cut(picture, _SIDE).astype(np.float32) / 255)
        rows = said[5 * _ALL,].reshape(_ALL, 5).astype(np.float64)
        places = refine(rows[:, :2] / _SIDE, said[_CELLS, _CELLS, _ALL])
        points = region.to_picture(places)
        world = said[3 * _ALL,].reshape(_ALL, 3)[:COUNT].astype(np.float64)
        world[:, :2] = world[:, :2] @ region.turn.T
        mask = sigmoid(said[_SIDE, _SIDE, 1][..., 0])
        return Sighting(
            points[:COUNT],
            world,
            sigmoid(rows[:COUNT, 3]),
            float(said[1,][0]),
            region.paste(mask, picture.shape),
            Region.of_circle(points[COUNT], points[COUNT + 1]),
        )


def refine(
    places: Float[np.ndarray, "K 2"], heat: Float[np.ndarray, "C C K"]
) -> Float[np.ndarray, "K 2"]:
    """Landmarks (shares of the square) moved to the middle of the heat around them, if it is hot.

    `heat` are logits; the window is 7 x 7 cells.
    """
    found = places.copy()
    for k, (x, y) in enumerate((places * len(heat)).astype(int)):
        if not (0 <= x < len(heat) and 0 <= y < len(heat)):
            continue
        left, top = max(x - _REACH, 0), max(y - _REACH, 0)
        window = sigmoid(heat[top : y + _REACH + 1, left : x + _REACH + 1, k])
        if window.max() >= _SURE:
            rows, columns = np.mgrid[: window.shape[0], : window.shape[1]]
            middle = np.array([(window * columns).sum() + 0.0, (window * rows).sum()])
            found[k] = (middle / window.sum() + [left, top]) / len(heat)
    return found


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Shares of 1, in double precision."""
    return 1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -100, 100)))
