"""Who is who from picture to picture, as long as that is certain.

People are followed by the landmarks' own regions and found anew by the detector every few pictures.
Where two people overlap deeply, landmarks jump from one to the other: what follows them ends there,
and begins anew when they are apart. `link.py` says later which ends and beginnings belong together,
knowing both sides of the gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, UInt8

from meshgait.video.detect import Detector, PoseDetector
from meshgait.video.landmarks import Landmarker, PoseLandmarker, Sighting
from meshgait.video.region import Patch, Region
from meshgait.video.segment import LandmarkMask, Segmenter

_EVERY = 5  # pictures from detection to detection while all is well
_FINE_TILE = 0.6  # of the picture's height: every second detection looks for smaller people
_PRESENT = 0.6  # so sure the landmarks must be that there is a person
_JUMP, _GROW = 0.30, 1.35  # of the height: what nobody does from one picture to the next
_MISSES = 3  # pictures in a row without a person, after which one is lost
_DEEP, _BESIDE = 0.55, 0.35  # share of a box that another covers: too much to go on, to begin
_SMOOTH = 0.3  # weight of the newest velocity
_LEAST_PX = 24  # height below which landmarks are noise


@dataclass(frozen=True, eq=False)
class Seen:
    """Somebody in a picture: `number` is that of one stretch of certain identity."""

    number: int
    sighting: Sighting
    covered: float


@runtime_checkable
class Tracker(Protocol):
    """Whatever follows people; `state` and `restore` let a video be gone on with."""

    def step(self, index: int, picture: UInt8[np.ndarray, "H W 3"]) -> list[Seen]:
        """Everybody who is seen in the next picture."""

    def state(self) -> dict[str, Any]:
        """All that the next step depends on, as JSON can hold it."""

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from there."""


@dataclass
class _Stretch:
    number: int
    region: Region
    box: Float[np.ndarray, "4"]
    speed: Float[np.ndarray, "4"]
    misses: int = 0

    @property
    def expected(self) -> Float[np.ndarray, "4"]:
        """The box in the next picture."""
        return self.box + self.speed * (1 + self.misses)


class PoseTracker:
    """Follows everybody with one detector, one network of landmarks and one of masks."""

    def __init__(
        self,
        detector: Detector | None = None,
        landmarker: Landmarker | None = None,
        segmenter: Segmenter | None = None,
    ) -> None:
        self.detectors: Sequence[Detector] = (
            (PoseDetector(), PoseDetector(_FINE_TILE)) if detector is None else (detector,)
        )
        self.landmarker = PoseLandmarker() if landmarker is None else landmarker
        self.segmenter = LandmarkMask() if segmenter is None else segmenter
        self._stretches: list[_Stretch] = []
        self._next, self._due, self._looks = 1, 0, 0

    def state(self) -> dict[str, Any]:
        """All that the next step depends on."""
        stretches = [
            {**asdict(s), "box": s.box.tolist(), "speed": s.speed.tolist()} for s in self._stretches
        ]
        return {
            "next": self._next, "due": self._due, "looks": self._looks, "stretches": stretches
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        self._next, self._due, self._looks = state["next"], state["due"], state["looks"]
        self._stretches = [
            _Stretch(
                s["number"], Region(**s["region"]), np.array(s["box"]), np.array(s["speed"]),
                s["misses"],
            )
            for s in state["stretches"]
        ]  # fmt: skip

    def step(self, index: int, picture: UInt8[np.ndarray, "H W 3"]) -> list[Seen]:
        """Everybody who is seen in the next picture."""
        found = self._follow(picture)
        if index >= self._due:
            self._detect(picture, found)
            self._due = index + _EVERY
        if self._part(found) or any(s.misses for s in self._stretches):
            self._due = index + 1  # look at once who comes out of it
        return self._describe(picture, found)

    def _follow(self, picture: UInt8[np.ndarray, "H W 3"]) -> dict[int, Sighting]:
        """Sightings by stretch; who is not seen for some pictures is lost."""
        found = {}
        for stretch in self._stretches:
            sighting = self.landmarker.look(picture, stretch.region)
            if not _is_the_same(stretch, sighting):  # perhaps where the way goes on
                sighting = self.landmarker.look(picture, Region.around(stretch.expected))
            if _is_the_same(stretch, sighting):
                _move(stretch, sighting)
                found[stretch.number] = sighting
            else:
                stretch.misses += 1
                stretch.region = Region.around(stretch.expected)
        self._stretches = [s for s in self._stretches if s.misses < _MISSES]
        return found

    def _detect(self, picture: UInt8[np.ndarray, "H W 3"], found: dict[int, Sighting]) -> None:
        """Begin with everybody who is new, and beside all others."""
        boxes, _ = self.detectors[self._looks % len(self.detectors)].detect(picture)
        self._looks += 1
        for place, box in enumerate(boxes):
            known = [s.box for s in self._stretches]
            others = [*known, *np.delete(boxes, place, axis=0)]
            if any(covered_share(box, other) > _BESIDE for other in others):
                continue
            sighting = self.landmarker.look(picture, Region.around(box))
            sighting = self.landmarker.look(picture, sighting.region)
            height = sighting.box[3] - sighting.box[1]
            if sighting.presence < _PRESENT or height < _LEAST_PX:
                continue
            if any(covered_share(sighting.box, other) > _BESIDE for other in known):
                continue
            if covered_share(sighting.box, box) < _BESIDE:
                continue  # it saw somebody else than the detector
            stretch = _Stretch(self._next, sighting.region, sighting.box, np.zeros(4))
            self._stretches.append(stretch)
            found[self._next] = sighting
            self._next += 1

    def _part(self, found: dict[int, Sighting]) -> bool:
        """End the stretches of people who overlap deeply; whether there were any."""
        boxes = {number: sighting.box for number, sighting in found.items()}
        boxes |= {s.number: s.expected for s in self._stretches if s.number not in boxes}
        deep = {
            number
            for number, box in boxes.items()
            for other, second in boxes.items()
            if other != number
            and max(covered_share(box, second), covered_share(second, box)) > _DEEP
        }
        self._stretches = [s for s in self._stretches if s.number not in deep]
        for number in deep:
            found.pop(number, None)
        return bool(deep)

    def _describe(self, picture: np.ndarray, found: dict[int, Sighting]) -> list[Seen]:
        boxes = {number: sighting.box for number, sighting in found.items()}
        boxes |= {s.number: s.expected for s in self._stretches if s.number not in boxes}
        seen = []
        for number, sighting in sorted(found.items()):
            others = [box for other, box in boxes.items() if other != number]
            covered = max((covered_share(sighting.box, other) for other in others), default=0.0)
            mask = self.segmenter.segment(picture, sighting)
            seen.append(Seen(number, _with_mask(sighting, mask), covered))
        return seen


def covered_share(box: Float[np.ndarray, "4"], other: Float[np.ndarray, "4"]) -> float:
    """How much of a box another one covers.

    >>> covered_share(np.array([0.0, 0.0, 4.0, 2.0]), np.array([3.0, 0.0, 9.0, 9.0]))
    0.25
    """
    sides = np.minimum(box[2:], other[2:]) - np.maximum(box[:2], other[:2])
    area = float(np.prod(np.maximum(box[2:] - box[:2], 1e-9)))
    return float(np.prod(np.maximum(sides, 0))) / area


def _is_the_same(stretch: _Stretch, sighting: Sighting) -> bool:
    """Whether a sighting can be of whoever was followed so far."""
    if sighting.presence < _PRESENT:
        return False
    before, now = stretch.expected, sighting.box
    tall, height = before[3] - before[1], now[3] - now[1]
    if height < _LEAST_PX or not tall / _GROW < height < tall * _GROW:
        return False
    middles = (before[:2] + before[2:]) / 2, (now[:2] + now[2:]) / 2
    return bool(np.linalg.norm(middles[1] - middles[0]) < _JUMP * tall)


def _move(stretch: _Stretch, sighting: Sighting) -> None:
    speed = (sighting.box - stretch.box) / (1 + stretch.misses)
    middle = np.tile((speed[:2] + speed[2:]) / 2, 2)  # arms and legs that swing are no motion
    stretch.speed = (1 - _SMOOTH) * stretch.speed + _SMOOTH * middle
    stretch.box, stretch.region, stretch.misses = sighting.box, sighting.region, 0


def _with_mask(sighting: Sighting, mask: Patch) -> Sighting:
    return replace(sighting, mask=mask)
