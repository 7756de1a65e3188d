"""Modalities of one clip put together: by frame number, never by position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from meshgait.data.layouts.frame_times import Pairing
from meshgait.data.layouts.layout import ClipFiles, Finding
from meshgait.data.layouts.source import Source, Track
from meshgait.sequence.sequence import GaitSequence, Record

Joined = tuple[GaitSequence | None, tuple[Finding, ...]]


@dataclass(frozen=True)
class JoinedClip(ClipFiles):
    """A clip with a source for each of its modalities; of `modalities`, if not all are wanted.

    `pairing` finds pairs of frames by their times; of fewer than `least_frames` there is no clip.
    A source whose modality its name does not tell may turn out to be none, or one that is there
    already: then it is left out. One that should hold its modality and cannot be read costs the
    clip, which would differ from all others.
    """

    sources: tuple[Source, ...]
    modalities: tuple[str, ...] = ()
    pairing: Pairing | None = None
    least_frames: int = 1

    @property
    def paths(self) -> tuple[Path, ...]:
        """Those of the sources."""
        return tuple(source.path for source in self.sources)

    def read(self) -> Joined:
        """The frames that all sources have; none of them when a source has nothing."""
        findings: list[Finding] = []
        tracks: dict[str, Track] = {}
        lost = False
        for source in sorted(self.sources, key=lambda source: source.kind is None):
            track, found = source.read()
            findings += found
            if track is None:
                lost = lost or source.kind is not None
            elif track.modality in tracks:
                first = tracks[track.modality].path.name
                problem = f"was not read: {first} has {track.modality}, too"
                findings.append(Finding(track.path, problem))
            elif self.modalities and track.modality not in self.modalities:
                continue
            elif source.doubtful and tracks and not _fits(track, list(tracks.values())):
                problem = f"was not read: its {len(track.frames)} frames are not those of others"
                findings.append(Finding(track.path, problem))
            else:
                tracks[track.modality] = track
        if lost or not tracks:
            return None, tuple(findings)
        chosen = list(tracks.values())
        clip, more = join(self.record, self.pairing(chosen) if self.pairing else chosen)
        if clip is not None and len(clip) < self.least_frames:
            problem = (
                f"has {len(clip)} frames, fewer than {self.least_frames}: the clip was dropped"
            )
            return None, (*findings, *more, Finding(self.paths[0], problem, len(clip)))
        return clip, (*findings, *more)


@dataclass(frozen=True)
class _Unjoinable:
    """Why the numbers of some frames cannot be known."""

    findings: tuple[Finding, ...]


def join(record: Record, tracks: Sequence[Track]) -> Joined:
    """Keep the frames that every track has, each of another modality; say which were left out.

    `frame_id` of the clip has their numbers.
    """
    numbered = _number(tracks)
    if isinstance(numbered, _Unjoinable):
        return None, numbered.findings
    common = sorted(set.intersection(*(set(numbers) for numbers in numbered)))
    findings = _unmatched(tracks, numbered, common)
    if not common:
        reason = "no frame is in all modalities: the clip was dropped"
        return None, (*findings, Finding(tracks[0].path, reason))
    frames = {
        track.modality: track.frames[_places(numbers, common)]
        for track, numbers in zip(tracks, numbered, strict=True)
    }
    frames["frame_id"] = np.array(common, dtype=np.int64)
    finite = np.all([_finite(array) for array in frames.values()], axis=0)
    for track in tracks:
        bad = int(np.count_nonzero(~_finite(frames[track.modality])))
        if bad:
            findings.append(Finding(track.path, f"holds NaN or infinity in {bad} frames", bad))
    if not finite.any():
        return None, tuple(findings)
    frames = {modality: array[finite] for modality, array in frames.items()}
    return GaitSequence(**asdict(record), frames=frames), tuple(findings)


def _places(numbers: Sequence[int], wanted: Sequence[int]) -> list[int]:
    place = {number: index for index, number in enumerate(numbers)}
    return [place[number] for number in wanted]


def _fits(track: Track, others: Sequence[Track]) -> bool:
    return not isinstance(_number([*others, track]), _Unjoinable)


def _number(tracks: Sequence[Track]) -> list[tuple[int, ...]] | _Unjoinable:
    """Frame numbers of every track: its own, those of files as many as its frames, or 0, 1, …."""
    known = [track for track in tracks if track.numbers is not None]
    if not known:
        lengths = {len(track.frames) for track in tracks}
        if len(lengths) == 1:
            return [tuple(range(lengths.pop()))] * len(tracks)
        return _cannot_join(tracks, tracks)
    found = []
    for track in tracks:
        numbers = track.numbers or _borrowed(track, known)
        if numbers is None:
            return _cannot_join([track], tracks)
        found.append(numbers)
    return found


def _borrowed(track: Track, known: Sequence[Track]) -> tuple[int, ...] | None:
    """The numbers of another modality's files, if there are as many as frames without numbers."""
    for other in known:
        for numbers in (other.listed, other.numbers or ()):
            if len(numbers) == len(track.frames):
                return numbers
    return None


def _cannot_join(unjoined: Sequence[Track], tracks: Sequence[Track]) -> _Unjoinable:
    lengths = ", ".join(f"{other.modality} {len(other.frames)}" for other in tracks)
    problem = f"differs in length and has no frame numbers ({lengths}): the clip was dropped"
    return _Unjoinable(tuple(Finding(track.path, problem, len(track.frames)) for track in unjoined))


def _unmatched(
    tracks: Sequence[Track], numbered: Sequence[tuple[int, ...]], common: Sequence[int]
) -> list[Finding]:
    findings = []
    kept = set(common)
    for track, numbers in zip(tracks, numbered, strict=True):
        lost = [number for number in numbers if number not in kept]
        if lost:
            others = " or ".join(
                other.modality
                for other, has in zip(tracks, numbered, strict=True)
                if not set(lost) <= set(has)
            )
            problem = f"{len(lost)} frames of {track.modality} have no {others}, first {lost[0]}"
            findings.append(Finding(track.path, problem, len(lost)))
    return findings


def _finite(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind != "f":
        return np.ones(len(array), dtype=bool)
    return np.isfinite(array).reshape(len(array), -1).all(axis=1)
