"""What is kept of each person in each picture: nothing of which a person could be known by sight.

Rows are numbers of fixed size, so that an hour of video is some hundred megabytes on the disk and
one person's share of it in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from meshgait._optional import require
from meshgait.files.storage import read_npz, write_npz
from meshgait.modalities import is_visible, normalize_silhouette
from meshgait.video.region import Patch
from meshgait.video.segment import SURE, as_picture, is_inside, within
from meshgait.video.track import Seen

SIZE = (64, 44)  # of silhouettes as networks read them
MASK = 128  # side of the mask that a body is fitted to
LOOK = 64  # colours that are told apart, of trunk and of legs
_TRUNK, _LEGS = (0.16, 0.5), (0.5, 0.92)  # of the height, from above
_ROOM = 1.15  # side of a mask's square, by the height


@dataclass(frozen=True, eq=False)
class Rows:
    """One row for each sighting: N people in pictures, in order of time.

    `mask` are bits of squares at (left, top, side) `square`, `silhouette` grey and normalised,
    all black where too little is seen. `look` are square roots of shares of colours, `covered` how
    much of the box others cover, `at_border` whether the picture's border cuts the person.
    """

    number: Int[np.ndarray, " N"]
    frame: Int[np.ndarray, " N"]
    seconds: Float[np.ndarray, " N"]
    points: Float[np.ndarray, "N 33 2"]
    world: Float[np.ndarray, "N 33 3"]
    visibility: Float[np.ndarray, "N 33"]
    presence: Float[np.ndarray, " N"]
    box: Float[np.ndarray, "N 4"]
    covered: Float[np.ndarray, " N"]
    area: Float[np.ndarray, " N"]
    at_border: Bool[np.ndarray, " N"]
    look: Float[np.ndarray, "N 2 64"]
    square: Float[np.ndarray, "N 3"]
    mask: UInt8[np.ndarray, "N 2048"]
    silhouette: UInt8[np.ndarray, "N 64 44"]

    def __len__(self) -> int:
        return len(self.number)

    def take(self, which: np.ndarray | slice) -> Rows:
        """Some of the rows."""
        return Rows(*(getattr(self, field.name)[which] for field in fields(self)))

    def masks(self) -> Bool[np.ndarray, "N 128 128"]:
        """The masks, unpacked."""
        return np.unpackbits(self.mask, axis=1).reshape(-1, MASK, MASK).astype(bool)

    def light(self) -> Rows:
        """The same without pixels, colours and metres, in their place zeros that take no memory."""
        heavy = ("world", "look", "mask", "silhouette")
        empty = {n: np.broadcast_to(getattr(self, n).dtype.type(0), getattr(self, n).shape)
                 for n in heavy}  # fmt: skip
        return replace(self, **empty)

    def save(self, path: Path, **more: np.ndarray) -> None:
        """Write an .npz, whole or not at all, with more arrays beside."""
        write_npz(path, **{f.name: getattr(self, f.name) for f in fields(self)}, **more)

    @classmethod
    def load(cls, path: Path) -> Rows:
        """Read what `save` wrote."""
        arrays = read_npz(path, only=[field.name for field in fields(cls)])
        return cls(**arrays)

    @classmethod
    def join(cls, parts: Sequence[Rows]) -> Rows:
        """All rows of all parts; of none, none."""
        parts = [*parts] or [rows_of([])]
        return cls(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)))


@dataclass(frozen=True, eq=False)
class Row:
    """One row, before it is laid beside others."""

    values: tuple


def row_of(seen: Seen, frame: int, seconds: float, picture: UInt8[np.ndarray, "H W 3"]) -> Row:
    """What is kept of one sighting."""
    sighting = seen.sighting
    mask = within(sighting.mask, picture.shape)
    inside = is_inside(mask)
    box = _box(inside, mask, sighting.box)
    side = _ROOM * max(box[3] - box[1], box[2] - box[0], 1.0)
    square = np.array([*(box[:2] + box[2:] - side) / 2, side])
    height, width = picture.shape[:2]
    cut = box[0] < 1 or box[1] < 1 or box[2] > width - 1 or box[3] > height - 1
    visible = bool(inside.size) and bool(is_visible(inside))
    normal = np.zeros(SIZE, np.uint8)
    if visible:  # of the whole picture, as its width decides how columns are rounded
        normal = normalize_silhouette(as_picture(mask, picture.shape) >= SURE, SIZE)
    return Row((
        seen.number, frame, seconds, sighting.points, sighting.world, sighting.visibility,
        sighting.presence, box, seen.covered, float(inside.sum()), cut,
        _look(picture, mask, inside, box), square, _bits(inside, mask, square),
        normal,
    ))  # fmt: skip


def rows_of(rows: Sequence[Row]) -> Rows:
    """Rows laid together."""
    if not rows:
        return Rows(*(np.zeros((0, *shape), kind) for shape, kind in _FORMS))
    columns = zip(*(row.values for row in rows), strict=True)
    return Rows(*(np.asarray(c).astype(kind) for c, (_, kind) in zip(columns, _FORMS, strict=True)))


_FORMS: tuple[tuple[tuple[int, ...], type], ...] = (
    ((), np.int64), ((), np.int64), ((), np.float64), ((33, 2), np.float32), ((33, 3), np.float32),
    ((33,), np.float32), ((), np.float32), ((4,), np.float32), ((), np.float32), ((), np.float32),
    ((), np.bool_), ((2, LOOK), np.float32), ((3,), np.float32), ((MASK * MASK // 8,), np.uint8),
    (SIZE, np.uint8),
)  # fmt: skip


def _box(inside: np.ndarray, mask: Patch, landmarks: Float[np.ndarray, "4"]) -> np.ndarray:
    """That of the pixels; without any that of the landmarks."""
    rows, columns = (np.flatnonzero(inside.any(axis)) for axis in (1, 0))
    if not len(rows):
        return landmarks
    corner = [mask.left, mask.top]
    low, high = [columns[0], rows[0]], [columns[-1] + 1, rows[-1] + 1]
    return np.array([*np.add(low, corner), *np.add(high, corner)], float)


def _look(picture: np.ndarray, mask: Patch, inside: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Colours of what a person wears above and below, each as the root of its share."""
    height, width = inside.shape
    part = picture[mask.top : mask.top + height, mask.left : mask.left + width]
    tall, top = box[3] - box[1], box[1] - mask.top
    found = np.zeros((2, LOOK))
    for row, (low, high) in enumerate((_TRUNK, _LEGS)):
        rows = slice(max(0, int(top + low * tall)), max(0, int(top + high * tall)))
        colours = part[rows][inside[rows]] >> 6  # four steps of each
        if len(colours):
            bins = (colours[:, 0].astype(int) * 4 + colours[:, 1]) * 4 + colours[:, 2]
            found[row] = np.sqrt(np.bincount(bins, minlength=LOOK) / len(bins))
    return found


def _bits(inside: np.ndarray, mask: Patch, square: np.ndarray) -> np.ndarray:
    """The mask in its square, as bits."""
    if not inside.size:
        return np.zeros(MASK * MASK // 8, np.uint8)
    cv2, scale = require("cv2", extra="video"), MASK / square[2]
    shift = [
        scale * (mask.left + 0.5 - square[0]) - 0.5,
        scale * (mask.top + 0.5 - square[1]) - 0.5,
    ]
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    drawn = cv2.warpAffine(inside.astype(np.float32), matrix, (MASK, MASK))
    return np.packbits(drawn >= 0.5)
