"""Clips of a data set as a store wants them: single precision, all of one form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from meshgait.data.layouts import ClipFiles, Finding
from meshgait.data.preparation.summary import Note
from meshgait.data.store.write import Noted
from meshgait.sequence.sequence import GaitSequence

_SAMPLES = 9  # clips that say what is usual
Form = dict[str, tuple[str, tuple[int, ...]]]
"""Type and shape of a frame, by modality."""


@dataclass(frozen=True)
class ClipReader:
    """How clips are read: single precision, of the usual form, only the modalities wanted."""

    root: Path
    form: Form
    wanted: tuple[str, ...]

    def __call__(self, clips: Sequence[ClipFiles]) -> Noted:
        """What is to be stored of these clips, and notes on what is not."""
        sequences, notes = [], []
        for clip in clips:
            sequence, findings = clip.read()
            notes += [Note.of(finding, self.root) for finding in findings]
            if sequence is None:
                continue
            frames = _plain(sequence)
            problem = self._problem(frames)
            if problem:
                path = clip.paths[0] if clip.paths else Path(sequence.name)
                dropped = f"{problem}: the clip was dropped"
                notes.append(Note.of(Finding(path, dropped, len(sequence)), self.root))
                continue
            kept = {name: frames[name] for name in self._names() if name in frames}
            sequences.append(GaitSequence(**asdict(clip.record), frames=kept))
        return Noted(sequences, [asdict(note) for note in notes])

    def _names(self) -> Iterable[str]:
        return ("frame_id", *self.wanted) if self.wanted else self.form

    def _problem(self, frames: dict[str, np.ndarray]) -> str | None:
        """Why these frames do not fit into the store, if they do not."""
        missing = [name for name in self.wanted if name not in frames]
        if missing:
            return f"has no {' and no '.join(missing)}"
        for name in self._names():
            if name in frames and _form(frames[name]) != self.form.get(name):
                kind, shape = self.form.get(name, ("nothing", ()))
                found = f"{frames[name].dtype} {frames[name].shape[1:]}"
                return f"has {name} of {found}, others of {kind} {shape}"
        return None if any(name in frames for name in self._names()) else "has nothing usual"


@dataclass(frozen=True)
class ClipGroup:
    """The clips of a shard, read when it is called."""

    reader: ClipReader
    clips: tuple[ClipFiles, ...]

    def __call__(self) -> Noted:
        """What is to be stored."""
        return self.reader(self.clips)


def usual_form(clips: Sequence[ClipFiles]) -> Form:
    """Type and shape that a frame of each modality has in most of some clips.

    Where none of them can be read, in the first that can.
    """
    chosen = np.unique(np.linspace(0, len(clips) - 1, _SAMPLES).round().astype(int)).tolist()
    others = sorted(set(range(len(clips))).difference(chosen))
    votes: dict[str, Counter[tuple[str, tuple[int, ...]]]] = {}
    for place, index in enumerate([*chosen, *others] if clips else ()):
        if votes and place >= len(chosen):
            break
        sequence, _ = clips[index].read()
        for name, array in _plain(sequence).items() if sequence else ():
            votes.setdefault(name, Counter())[_form(array)] += 1
    return {name: counts.most_common(1)[0][0] for name, counts in sorted(votes.items())}


def _form(array: np.ndarray) -> tuple[str, tuple[int, ...]]:
    return str(array.dtype), array.shape[1:]


def _plain(sequence: GaitSequence) -> dict[str, np.ndarray]:
    """Frames with floats in single precision, which is what networks compute in."""
    return {
        name: array.astype(np.float32) if array.dtype.kind == "f" else array
        for name, array in sequence.frames.items()
    }
