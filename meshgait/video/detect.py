"""Where people are in a picture: BlazePose's detector (Bazarevsky et al., 2020), seen in tiles."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, UInt8

from meshgait._optional import require
from meshgait.video.lite import LiteNetwork
from meshgait.video.weights import pose_weights

_GRIDS = ((28, 2), (14, 2), (7, 6))  # cells a side, and anchors in each
_SIDE = 224
_LIKELY, _SAME = 0.5, 0.4  # score of a person; overlap (IoU) of two boxes of one person
_WIDTH = 0.42  # of a person's box, by its height
_STEP = 0.5  # from tile to tile at most, by their side

Boxes = Float[np.ndarray, "N 4"]
Scores = Float[np.ndarray, " N"]


@runtime_checkable
class Detector(Protocol):
    """Whatever finds people: boxes (N, 4) left, top, right, bottom in pixels, and scores (N,).

    `picture` is RGB. Torchvision's Mask R-CNN is one, whose weights name no licence::

        class MaskRCNN:
            def __init__(self):
                make = torchvision.models.detection.maskrcnn_resnet50_fpn
                self.network = make(weights="DEFAULT").eval()

            @torch.no_grad()
            def detect(self, picture):
                (found,) = self.network([to_tensor(picture)])
                kept = (found["labels"] == 1) & (found["scores"] > 0.7)
                return found["boxes"][kept].numpy(), found["scores"][kept].numpy()

        process(open_video("walk.mp4"), "seen", tracker=PoseTracker(MaskRCNN()))
    """

    def detect(self, picture: UInt8[np.ndarray, "H W 3"]) -> tuple[Boxes, Scores]:
        """All people, whoever they are."""


class PoseDetector:
    """The detector that `pose_weights` brings, on square tiles of the picture.

    A tile is as high as the picture, or `tile` times that: smaller ones find smaller people and
    take longer.
    """

    def __init__(self, tile: float = 1.0) -> None:
        self.network, self.tile = LiteNetwork(pose_weights().detection), tile
        self._anchors = anchors()

    def detect(self, picture: UInt8[np.ndarray, "H W 3"]) -> tuple[Boxes, Scores]:
        """People whose hips and height are seen; each once."""
        cv2 = require("cv2", extra="video")
        boxes, scores = [np.zeros((0, 4))], [np.zeros(0)]
        for left, top, side in tiles((picture.shape[0], picture.shape[1]), self.tile):
            part = picture[top : top + side, left : left + side]
            small = cv2.resize(part, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
            said = self.network(small.astype(np.float32) / 127.5 - 1)
            count = len(self._anchors)
            found, sure = decode(said[count, 12], said[count, 1], self._anchors)
            boxes.append(found * side + [left, top, left, top])
            scores.append(sure)
        return suppress(np.concatenate(boxes), np.concatenate(scores))


def anchors() -> Float[np.ndarray, "2254 2"]:
    """Centres that boxes are measured from, in shares of the image."""
    found = []
    for cells, each in _GRIDS:
        middles = (np.arange(cells) + 0.5) / cells
        y, x = np.meshgrid(middles, middles, indexing="ij")
        found.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), each, axis=0))
    return np.concatenate(found)


def decode(
    raw: Float[np.ndarray, "A 12"], logits: Float[np.ndarray, "A 1"], centres: np.ndarray
) -> tuple[Boxes, Scores]:
    """Likely people by the circle around the body: mid-hip, and a point above it on the circle."""
    scores = 1 / (1 + np.exp(-np.clip(logits[:, 0].astype(np.float64), -100, 100)))
    likely = scores >= _LIKELY
    points = raw[likely, 4:8].reshape(-1, 2, 2) / _SIDE + centres[likely, None]
    radius = np.linalg.norm(points[:, 1] - points[:, 0], axis=1, keepdims=True)
    half = radius * [_WIDTH, 1.0]
    boxes = np.concatenate([points[:, 0] - half, points[:, 0] + half], axis=1)
    return boxes, scores[likely]


def suppress(
    boxes: Boxes, scores: Scores
) -> tuple[Float[np.ndarray, "K 4"], Float[np.ndarray, " K"]]:
    """The likeliest of those that overlap; likeliest first."""
    kept: list[int] = []
    for index in np.argsort(-scores, kind="stable"):
        if all(overlap(boxes[index], boxes[other]) <= _SAME for other in kept):
            kept.append(int(index))
    return boxes[kept], scores[kept]


def overlap(first: Float[np.ndarray, "4"], second: Float[np.ndarray, "4"]) -> float:
    """Area of two boxes that is common, by that which either covers.

    >>> overlap(np.array([0.0, 0.0, 2.0, 2.0]), np.array([1.0, 0.0, 3.0, 2.0]))
    0.3333333333333333
    """
    sides = np.minimum(first[2:], second[2:]) - np.maximum(first[:2], second[:2])
    common = float(np.prod(np.maximum(sides, 0)))
    areas = [float(np.prod(box[2:] - box[:2])) for box in (first, second)]
    return common / max(sum(areas) - common, 1e-9)


def tiles(size: tuple[int, int], share: float) -> Iterator[tuple[int, int, int]]:
    """Left, top and side of squares that cover a picture (height, width) and overlap by half."""
    side = max(1, round(min(size) * share))
    places = []
    for length in size:
        count = 1 + math.ceil(round((length - side) / (side * _STEP), 9))
        places.append(np.linspace(0, length - side, count).round().astype(int).tolist())
    for top in places[0]:
        for left in places[1]:
            yield left, top, side
