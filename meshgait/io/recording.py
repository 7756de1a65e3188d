"""A file that was recognised, and what a format must know to be recognised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from meshgait.errors import DataError
from meshgait.io.seen import Seen
from meshgait.io.track import BodyTrack, Track, TrackId


@dataclass(frozen=True)
class Format:
    """One kind of file: its name, whether a content is of it, and how that becomes tracks.

    `verified` means that the format was checked against the documentation or the source of the
    tool that writes it, and not recalled from the literature. `seen` is there where the content
    says how the camera of its video saw the bodies.
    """

    name: str
    title: str
    verified: bool
    claims: Callable[[Any], bool]
    tracks: Callable[[Any], dict[TrackId, Track]]
    seen: Callable[[Any], dict[TrackId, Seen]] | None = None


@dataclass(frozen=True)
class Recording:
    """The people of a file."""

    format: Format
    tracks: dict[TrackId, Track]

    def longest(self) -> TrackId:
        """Who is seen in most frames, the first of equals."""
        return max(self.tracks, key=lambda name: len(self.tracks[name]))

    def track(self, name: str | None = None) -> Track:
        """The track `name`, or the longest; `DataError` names those there are."""
        if name is None:
            return self.tracks[self.longest()]
        for known, track in self.tracks.items():
            if str(known) == name:
                return track
        raise DataError(f"there is no track {name!r}, only {', '.join(map(str, self.tracks))}")

    def body(self, name: str | None = None) -> BodyTrack:
        """As `track`, where the file holds bodies; `DataError` where it holds points."""
        found = self.track(name)
        if not isinstance(found, BodyTrack):
            raise DataError(f"{self.format.title} holds points, not SMPL parameters")
        return found


def has_keys(value: Any, *keys: str) -> bool:
    """Whether `value` is a dictionary with all of `keys`."""
    return isinstance(value, dict) and all(key in value for key in keys)


def first_value(value: Any) -> Any:
    """The first entry of a dictionary, or None."""
    return next(iter(value.values()), None) if isinstance(value, dict) else None
