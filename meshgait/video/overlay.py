"""A video that shows what was seen: boxes, sticks and names, with every head blurred."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from meshgait._optional import require
from meshgait.video.detect import Detector, PoseDetector
from meshgait.video.people import People, boxes_between
from meshgait.video.reader import Video
from meshgait.video.results import LINKS, PALETTE
from meshgait.visualization.mp4 import write_video

_HEAD = 0.17  # of the height, from above
_FACE = range(11)  # landmarks


def write_overlay(
    path: Path, video: Video, people: People, *, faces: bool = False,
    detector: Detector | None = None,
) -> None:  # fmt: skip
    """Write an .mp4; heads are blurred unless `faces`, also those that were not followed."""
    if not faces and detector is None:
        detector = PoseDetector()
    pictures = _pictures(video, people, None if faces else detector)
    write_video(path, pictures, fps=people.fps)


def _pictures(
    video: Video, people: People, detector: Detector | None
) -> Iterator[UInt8[np.ndarray, "H W 3"]]:
    boxes = [boxes_between(p.rows.frame, p.rows.box, people.fps) for p in people.people]
    rows = [{int(f): k for k, f in enumerate(p.rows.frame)} for p in people.people]
    for frame in video.frames():
        if frame.index >= people.count and len(people.people) == 0:
            break
        number, picture = frame.index, frame.picture.copy()
        if detector is not None:
            for box in detector.detect(frame.picture)[0]:
                _blur_above(picture, box)
            for who, person in enumerate(people.people):
                if number in rows[who]:
                    _blur_face(picture, person.rows.points[rows[who][number]])
                if number in boxes[who]:  # landmarks may be on the wrong one of two
                    _blur_above(picture, boxes[who][number])
        for who, person in enumerate(people.people):
            if number in rows[who]:
                k = rows[who][number]
                color = tuple(int(PALETTE[who % len(PALETTE)][i : i + 2], 16) for i in (1, 3, 5))
                _draw(picture, person.rows.points[k], person.rows.box[k], person.name, color)
        yield picture


def _blur_above(picture: np.ndarray, box: Float[np.ndarray, "4"]) -> None:
    """Blur the upper part of a box as wide as it is: a head is not over the middle of a stride."""
    left, top, right, bottom = map(float, box)
    room = 0.3 * _HEAD * (bottom - top)
    _blur(picture, left, top - room, right, top + _HEAD * (bottom - top) + room)


def _blur_face(picture: np.ndarray, points: Float[np.ndarray, "33 2"]) -> None:
    """Blur a square around the landmarks of a head."""
    x, y = (float(value) for value in points[_FACE].mean(0))
    half = max(
        0.65 * _HEAD * float(np.ptp(points[:, 1])), float(np.ptp(points[_FACE], axis=0).max())
    )
    _blur(picture, x - half, y - half, x + half, y + half)


def _blur(picture: np.ndarray, left: float, top: float, right: float, bottom: float) -> None:
    """Blur a part, in place, to four points of its height: beyond recognition."""
    cv2, (height, width) = require("cv2", extra="video"), picture.shape[:2]
    x0, x1 = (int(np.clip(x, 0, width)) for x in (left, right))
    y0, y1 = (int(np.clip(y, 0, height)) for y in (top, bottom))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    part = picture[y0:y1, x0:x1]
    coarse = (max(1, round(4 * (x1 - x0) / (y1 - y0))), 4)
    small = cv2.resize(part, coarse, interpolation=cv2.INTER_AREA)
    picture[y0:y1, x0:x1] = cv2.resize(small, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)


def _draw(
    picture: np.ndarray, points: np.ndarray, box: np.ndarray, name: str, color: tuple[int, ...]
) -> None:
    cv2 = require("cv2", extra="video")
    thick = max(1, round((box[3] - box[1]) / 150))
    low, high = (tuple(int(x) for x in corner) for corner in (box[:2], box[2:]))
    cv2.rectangle(picture, low, high, color, thick)
    cv2.putText(
        picture, name, (low[0], max(low[1] - 4, 10)), cv2.FONT_HERSHEY_SIMPLEX, 0.45 * thick, color,
        thick, cv2.LINE_AA,
    )  # fmt: skip
    for a, b in LINKS:
        ends = [tuple(int(x) for x in points[k]) for k in (a, b)]
        cv2.line(picture, ends[0], ends[1], color, thick, cv2.LINE_AA)
