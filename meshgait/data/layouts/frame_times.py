"""Frames named by the time at which they were taken, and pairs of them from two sensors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from meshgait.data.layouts.source import Track

_TIME = re.compile(r"(\d{10})\.?(\d*)")
_DIGITS = 9  # of nanoseconds


def frame_times(names: Sequence[str]) -> dict[str, int | None]:
    """Nanoseconds, from names that are ten digits of seconds and then fractions of one.

    >>> frame_times(["1657081234.55.pcd", "165708123455.jpg", "7.jpg"])
    {'1657081234.55.pcd': 1657081234550000000, '165708123455.jpg': 1657081234550000000, '7.jpg': None}
    """  # noqa: E501
    found: dict[str, int | None] = {}
    for name in names:
        time = _TIME.fullmatch(Path(name).stem)
        found[name] = time and int(time[1] + time[2][:_DIGITS].ljust(_DIGITS, "0"))
    return found


@dataclass(frozen=True)
class Pairing:
    """Modalities of the slower sensor, and how the faster one's frames are found for its own.

    A frame of the `slow` is `later_ns` after its name says; the nearest of the other sensor is its
    pair, if it is no more than `within_ns` away.
    """

    slow: tuple[str, ...]
    later_ns: int
    within_ns: int

    def __call__(self, tracks: Sequence[Track]) -> list[Track]:
        """The same tracks; those of the faster sensor with the times of the slower one."""
        slow = next((t for t in tracks if t.modality in self.slow and t.numbers), None)
        if slow is None or slow.numbers is None:
            return list(tracks)
        return [
            track
            if track.modality in self.slow or track.numbers is None
            else self._paired(track, np.array(slow.numbers), np.array(track.numbers))
            for track in tracks
        ]

    def _paired(self, track: Track, slow: np.ndarray, fast: np.ndarray) -> Track:
        apart = np.abs(slow[:, None] + self.later_ns - fast)
        nearest = apart.argmin(1)
        near = apart.min(1) <= self.within_ns
        numbers = tuple(slow[near].tolist())
        return replace(track, frames=track.frames[nearest[near]], numbers=numbers, listed=numbers)
