"""The people of a video: their frames, what was left out of them and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from meshgait.sequence import GaitSequence
from meshgait.video.cut import COVERED, LEAST_FRAMES, Judged, cadence, judge
from meshgait.video.legs import swapped_legs, with_legs_swapped
from meshgait.video.link import LONGEST_GAP_S, link, usual_look
from meshgait.video.reader import usual_rate
from meshgait.video.rows import Rows
from meshgait.video.track import covered_share
from meshgait.video.watch import LONGEST, Watched

_BRIEF = 5  # rows below which a sighting is not told of


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody in a video: all rows, legs put right, and the judgement of each of them.

    `swapped` are the frames in which legs had been taken for each other.
    """

    name: str
    rows: Rows
    judged: Judged
    swapped: tuple[int, ...]

    @property
    def is_usable(self) -> bool:
        """Whether there are frames enough of somebody who walks."""
        return self.judged.unusable is None

    @property
    def whole(self) -> Rows:
        """The rows of the frames that are whole."""
        return self.rows.take(self.judged.whole)

    def clip(self) -> GaitSequence:
        """The whole frames as any network reads them: silhouettes, and the numbers of frames."""
        rows = self.whole
        frames = {"silhouette": rows.silhouette, "frame": rows.frame}
        return GaitSequence(self.name, "video", "unknown", frames)

    def describe(self) -> dict[str, Any]:
        """What is known about the person, as JSON holds it."""
        rows, judged = self.rows, self.judged
        height = rows.box[:, 3] - rows.box[:, 1]
        return {
            "name": self.name,
            "usable": self.is_usable,
            "why_not": judged.unusable,
            "seconds": [round(float(rows.seconds[0]), 3), round(float(rows.seconds[-1]), 3)],
            "frames": ranges(rows.frame.tolist()),
            "whole_frames": int(judged.whole.sum()),
            "left_out": {why: ranges(frames) for why, frames in judged.dropped.items()},
            "legs_put_right": ranges(self.swapped),
            "height_px": round(float(np.median(height))),
            "cadence": _rounded(cadence(self.whole) if self.is_usable else None),
            "warnings": list(judged.warnings),
        }


@dataclass(frozen=True, eq=False)
class People:
    """Everybody of a video, in the order in which they came, and what is to be said of it."""

    people: tuple[Person, ...]
    fps: float
    count: int
    notes: tuple[str, ...]


def people_of(
    watched: Watched,
    announced_fps: float,
    each: Callable[[Person, float], object] | None = None,
) -> People:
    """Put stretches together, put legs right, judge frames.

    `each` is given every person with the frame rate; then nobody's pixels stay in memory.
    """
    fps, uneven = usual_rate(watched.seconds, announced_fps, watched.indices)
    stretches = watched.stretches()
    numbers = list(stretches)
    groups = [[numbers[i] for i in group] for group in link(list(stretches.values()))]
    ways = [boxes_between(*watched.boxes_of(group), fps) for group in groups]
    known = [who for who, way in enumerate(ways) if len(way) >= _BRIEF]
    looks = [usual_look(Rows.join([stretches[number] for number in group])) for group in groups]
    notes = ["variable frame rate: frames were placed by their time stamps"] if uneven else []
    found: list[Person] = []
    for who in known:
        others = [ways[other] for other in known if other != who]
        rows = _covered_by_lost(watched.rows_of(groups[who]), others)
        wrong = is_another(rows, looks[who], [looks[other] for other in known if other != who])
        rows = rows if wrong.all() else rows.take(~wrong)
        name = f"person-{len(found) + 1:02d}"
        if len(rows) == LONGEST:
            notes.append(f"{name} is seen for long: {LONGEST} frames are kept")
        if uneven:
            rows = replace(rows, frame=np.rint(rows.seconds * fps).astype(np.int64))
        person = _person(name, rows, fps)
        if each is not None:
            each(person, fps)
            person = replace(person, rows=person.rows.light())
        found.append(person)
    count = len(watched.seconds)
    if not found:
        notes.append(_nobody([len(frames) for frames in ways], count))
    notes += _meetings(found)
    return People(tuple(found), fps, count, tuple(notes))


def _nobody(brief: Sequence[int], count: int) -> str:
    """Why there is nobody, of those who were seen too briefly to be told of."""
    of = "1 frame" if count == 1 else f"{count} frames"
    if not brief:
        return f"nobody found in {of}; people should be 100 px or higher"
    return (
        f"people are seen in {max(brief)} of {of} at most; {LEAST_FRAMES} in which one is whole "
        "are needed"
    )


def _person(name: str, rows: Rows, fps: float) -> Person:
    wrong = swapped_legs(rows.points.astype(np.float64), rows.frame)
    rows = replace(
        rows,
        points=with_legs_swapped(rows.points, wrong),
        world=with_legs_swapped(rows.world, wrong),
        visibility=with_legs_swapped(rows.visibility, wrong),
    )
    return Person(name, rows, judge(rows, fps), tuple(rows.frame[wrong].tolist()))


def _covered_by_lost(rows: Rows, others: Sequence[Mapping[int, np.ndarray]]) -> Rows:
    """Rows with what others cover also while nobody follows those: they must be somewhere."""
    covered = rows.covered.copy()
    for k, frame in enumerate(rows.frame.tolist()):
        for other in others:
            if frame in other:
                covered[k] = max(covered[k], covered_share(rows.box[k], other[frame]))
    return replace(rows, covered=covered)


def is_another(
    rows: Rows, look: Float[np.ndarray, "2 64"], others: Sequence[Float[np.ndarray, "2 64"]]
) -> Bool[np.ndarray, " N"]:
    """Rows in an overlap that wear what another person wears.

    Landmarks that begin where two overlap are those of whoever is in front until both part.
    """
    off = [np.linalg.norm(rows.look - worn, axis=2).mean(1) for worn in (look, *others)]
    return (rows.covered > COVERED) & (np.min(off[1:], axis=0, initial=np.inf) < off[0])


def boxes_between(
    frames: np.ndarray, boxes: Float[np.ndarray, "N 4"], fps: float
) -> dict[int, Float[np.ndarray, "4"]]:
    """Boxes by frame, those of gaps of some seconds put straight between their ends."""
    found = {int(frame): box for frame, box in zip(frames, boxes, strict=True)}
    for (a, first), (b, second) in pairwise(list(found.items())):
        if 1 < b - a <= LONGEST_GAP_S * fps:
            for frame in range(a + 1, b):
                share = (frame - a) / (b - a)
                found[frame] = (1 - share) * first + share * second
    return found


def _meetings(people: Sequence[Person]) -> Iterable[str]:
    """When two people were lost at once, as when one walks behind the other."""
    for first, person in enumerate(people):
        for other in people[first + 1 :]:
            lost = [_gaps(p.rows.frame.tolist()) for p in (person, other)]
            both = sorted(lost[0] & lost[1])
            if both:
                yield f"{person.name} and {other.name} are lost together: {shown(ranges(both))}"


def _gaps(frames: Sequence[int]) -> set[int]:
    return {lost for a, b in pairwise(frames) for lost in range(a + 1, b)}


def ranges(frames: Iterable[int]) -> list[list[int]]:
    """First and last of the runs of numbers that are in ascending order.

    >>> ranges([3, 4, 5, 9])
    [[3, 5], [9, 9]]
    """
    found: list[list[int]] = []
    for frame in frames:
        if found and frame == found[-1][1] + 1:
            found[-1][1] = frame
        else:
            found.append([frame, frame])
    return found


def shown(runs: Sequence[Sequence[int]], most: int = 4) -> str:
    """Runs for people.

    >>> shown([[3, 5], [9, 9]])
    '3-5, 9'
    """
    texts = [str(a) if a == b else f"{a}-{b}" for a, b in runs]
    rest = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {rest} more" if rest > 0 else "")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
