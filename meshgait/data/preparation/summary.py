"""What came of preparing a data set: what was written, and all that was left out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from meshgait.data.layouts import Finding
from meshgait.files.storage import clear_parts, written_whole

_MOST_KINDS = 20
_MOST_PATHS = 3


@dataclass(frozen=True)
class Note:
    """A finding as reports keep it: its path below the root of the data set, with `/`."""

    path: str
    problem: str
    frames: int = 0

    @classmethod
    def of(cls, finding: Finding, root: Path) -> Note:
        """A finding of a layout."""
        path = finding.path
        path = path.relative_to(root) if path.is_relative_to(root) else path
        return cls(path.as_posix(), finding.problem, finding.frames)

    @property
    def kind(self) -> str:
        """The problem without names and numbers: what findings are counted by.

        >>> Note("0001/a.png", "is frame 7 once more, beside f7.png", 1).kind
        'is frame … once more, beside …'
        """
        return re.sub(r"(?<!\S)(?!skeleton\dd\b)\S*\d\S*", "…", self.problem)


@dataclass(frozen=True)
class SplitSummary:
    """What a split became: clips kept and dropped, people, frames, bytes, clips by modality."""

    name: str
    clips: int
    dropped: int
    people: int
    frames: int
    bytes: int
    modalities: dict[str, int]


@dataclass(frozen=True)
class Preparation:
    """The stores of all splits, and the notes in the order of the files.

    Beside what is saved: splits of an earlier run that were `removed`, and how the test is searched
    in words.
    """

    layout: str
    splits: tuple[SplitSummary, ...]
    notes: tuple[Note, ...]
    removed: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()

    def save(self, path: Path) -> None:
        """Write everything as JSON."""
        content = {
            "layout": self.layout,
            "splits": [asdict(split) for split in self.splits],
            "left_out": [asdict(note) for note in self.notes],
        }
        clear_parts(path)
        with written_whole(path) as part:
            part.write_text(json.dumps(content, indent=1), encoding="utf-8")

    def describe(self) -> str:
        """A table of the splits, and how often what was found, with the first paths."""
        lines = [f"{'split':10}{'clips':>9}{'dropped':>9}{'people':>8}{'frames':>11}{'MB':>10}"]
        lines += [
            f"{split.name:10}{split.clips:9,}{split.dropped:9,}{split.people:8,}"
            f"{split.frames:11,}{split.bytes / 1e6:10,.1f}"
            for split in self.splits
        ]
        for split in self.splits:
            lines += [
                f"{split.name}: {split.clips - clips} clips have no {modality}"
                for modality, clips in split.modalities.items()
                if clips < split.clips
            ]
        lines += [f"{name}: of an earlier run, and removed" for name in self.removed]
        return "\n".join([*lines, *self.searches, *_by_kind(self.notes)])


def split_names(path: Path) -> tuple[str, ...]:
    """The splits that an earlier report names; none if there is no report, or another file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        names = [split["name"] for split in content["splits"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ()
    return tuple(name for name in names if isinstance(name, str) and Path(name).name == name)


def commonest(notes: Sequence[Note]) -> str:
    """The trouble that costs most frames, as the end of a sentence; nothing without notes."""
    cost: Counter[str] = Counter()
    for note in notes:
        cost[note.kind] += max(note.frames, 1)
    worst = max(notes, key=lambda note: cost[note.kind], default=None)
    return "" if worst is None else f": {worst.path} {worst.problem}"


def _by_kind(notes: Sequence[Note]) -> list[str]:
    kinds: dict[str, list[Note]] = {}
    for note in notes:
        kinds.setdefault(note.kind, []).append(note)
    often = sorted(kinds.items(), key=lambda pair: -len(pair[1]))
    lines = [f"{len(notes)} findings"]
    for kind, found in often[:_MOST_KINDS]:
        frames = sum(note.frames for note in found)
        paths = ", ".join(note.path for note in found[:_MOST_PATHS])
        more = ", ..." if len(found) > _MOST_PATHS else ""
        lines.append(f"{len(found):6} x {kind} ({frames} frames): {paths}{more}")
    if len(often) > _MOST_KINDS:
        lines.append(f"... and {len(often) - _MOST_KINDS} kinds more")
    return lines
