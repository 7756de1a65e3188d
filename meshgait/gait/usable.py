"""Which strides count: each that is left out has its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from meshgait.gait.events import FootEvents

_LASTS = 0.4  # of the median stride, longer or shorter
_SLOW = 0.4  # of the speed of the walk, over a quarter of a stride
_AROUND = 0.15  # of a stride before and after it
_TURN_DEG = 45.0
_EARLY = 0.2  # of a stride that the other foot may leave before the strike


@dataclass(frozen=True, eq=False)
class Trouble:
    """What is known of single frames: filled in, legs exchanged, jumped there; speed in m/s."""

    missing: Bool[np.ndarray, " T"]
    exchanged: Bool[np.ndarray, " T"]
    jumped: Bool[np.ndarray, " T"]
    progression: Float[np.ndarray, " T"]
    speed: Float[np.ndarray, " T"]
    fps: float

    def among(self, flags: Bool[np.ndarray, " T"], start: float, end: float) -> list[int]:
        """The frames of a stride that are flagged."""
        first, last = int(np.floor(start * self.fps)), int(np.ceil(end * self.fps))
        return (first + np.flatnonzero(flags[first : last + 1])).tolist()


def why_left_out(side: int, start: float, end: float, events: FootEvents, trouble: Trouble) -> str:
    """Why the stride of a foot from one strike to the next does not count; empty if it does."""
    return next(_reasons(side, start, end, events, trouble), "")


def _reasons(
    side: int, start: float, end: float, events: FootEvents, trouble: Trouble
) -> Iterator[str]:
    for flags, what in (
        (trouble.missing, "missing"),
        (trouble.exchanged, "with the legs exchanged"),
        (trouble.jumped, "reached in a jump that nobody can make"),
    ):
        found = trouble.among(flags, start, end)
        if found:
            yield f"{len(found)} frame{'s' * (len(found) > 1)} {what}, the first at " + (
                f"{found[0] / trouble.fps:.2f} s"
            )
    frames = slice(int(start * trouble.fps), int(np.ceil(end * trouble.fps)) + 1)
    around = _AROUND * events.stride_s * trouble.fps  # landing into a stop is part of it
    slowest = trouble.speed[
        max(0, round(frames.start - around)) : round(frames.stop + around)
    ].min()
    if slowest < _SLOW * events.speed:
        yield f"a stop: {slowest:.2f} m/s, where the walk goes {events.speed:.2f}"
    if abs((end - start) / events.stride_s - 1) > _LASTS:
        yield f"lasts {end - start:.2f} s, where the median stride lasts {events.stride_s:.2f}"
    for false in (time for times in events.false for time in times if start < time < end):
        yield f"a false heel strike at {false:.2f} s"
    turn = np.rad2deg(np.ptp(trouble.progression[frames]))
    if turn > _TURN_DEG:
        yield f"a turn by {turn:.0f} degrees"
    if phases(side, start, end, events) is None:
        yield "the other foot does not leave the floor and land once between strike and toe-off"


def phases(
    side: int, start: float, end: float, events: FootEvents
) -> tuple[float, float, float] | None:
    """When the other foot leaves and lands and this one leaves; none where it is not so.

    Who walks lifts the other foot after the strike, who runs before it.
    """
    other, early = 1 - side, _EARLY * (end - start)
    lands = _within(events.strikes[other], start, end)
    leaves = _within(events.lifts[side], start, end)
    if len(lands) != 1 or len(leaves) != 1:
        return None
    lifts = _within(events.lifts[other], start - early, float(lands[0]))
    return (float(lifts[0]), float(lands[0]), float(leaves[0])) if len(lifts) == 1 else None


def _within(times: Float[np.ndarray, " K"], start: float, end: float) -> Float[np.ndarray, " L"]:
    return times[(times > start) & (times < end)]
