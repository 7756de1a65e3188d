"""One modality of one clip on disk: a folder with a file for each frame, or something else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from meshgait.data.layouts.frame_numbers import frame_numbers, number_text
from meshgait.data.layouts.frame_readers import FrameReader
from meshgait.data.layouts.layout import Finding
from meshgait.errors import DataError


@dataclass(frozen=True, eq=False)
class Track:
    """The frames of one modality and, where names of files tell them, the numbers of the frames.

    `listed` has the numbers of all files in the order of their names, those of dropped frames
    too: a pickle that was made of those files, or of their twins, has its frames in that order.
    """

    modality: str
    path: Path
    frames: np.ndarray
    numbers: tuple[int, ...] | None = None
    listed: tuple[int, ...] = ()


ReadResult = tuple[Track | None, tuple[Finding, ...]]


class Source(ABC):
    """Where one modality of a clip lies. It can be pickled."""

    path: Path

    @property
    def doubtful(self) -> bool:
        """Whether it is left out, and the clip stays, where its frames fit no other's."""
        return False

    @property
    @abstractmethod
    def kind(self) -> str | None:
        """The modality, where names tell it."""

    @abstractmethod
    def read(self) -> ReadResult:
        """The frames and what was left out; no frames at all are `None`. Never raises."""


@dataclass(frozen=True)
class FrameFolder(Source):
    """Files with a frame each, in the order of the numbers that `numbered` finds in their names."""

    path: Path
    reader: FrameReader
    numbered: Callable[[Sequence[str]], dict[str, int | None]] = frame_numbers

    @property
    def kind(self) -> str | None:
        """The modality that the reader gives."""
        return self.reader.modality

    def read(self) -> ReadResult:
        """Every frame that can be read."""
        try:
            names = frame_names(self.path, self.reader.suffixes)
        except OSError as error:
            return None, (Finding(self.path, f"cannot be listed: {error.strerror}"),)
        files, findings = self._number(names)
        listed = tuple(files)
        files = dict(sorted(files.items()))
        findings += _gaps(self.path, files)
        frames, more = self._load(files)
        findings += more
        if not frames:
            return None, (*findings, Finding(self.path, f"has no frame of {self.kind} to use"))
        stack = np.stack(list(frames.values()))
        track = Track(self.reader.modality, self.path, stack, tuple(frames), listed)
        return track, tuple(findings)

    def _number(self, names: list[str]) -> tuple[dict[int, str], list[Finding]]:
        """Names by the numbers in them, in the order of the names."""
        files: dict[int, str] = {}
        findings = []
        for name, number in self.numbered(names).items():
            if number is None:
                findings.append(Finding(self.path / name, "has no frame number in its name", 1))
            elif number in files:
                problem = f"is frame {number} once more, beside {files[number]}"
                findings.append(Finding(self.path / name, problem, 1))
            else:
                files[number] = name
        return files, findings

    def _load(self, files: dict[int, str]) -> tuple[dict[int, np.ndarray], list[Finding]]:
        frames: dict[int, np.ndarray] = {}
        dropped: dict[str, list[Path]] = {}
        noted: dict[str, list[Path]] = {}
        for number, name in files.items():
            path = self.path / name
            try:
                frame, note = self.reader(path)
                first = next(iter(frames.values()), frame)
                if frame.shape != first.shape:
                    raise DataError(f"has the shape {frame.shape}, others {first.shape}")  # noqa: TRY301
                frames[number] = frame
                if note:
                    noted.setdefault(note, []).append(path)
            except DataError as error:
                dropped.setdefault(str(error), []).append(path)
            except OSError as error:
                dropped.setdefault(f"cannot be read: {error.strerror}", []).append(path)
        return frames, [*_counted(noted, lost=False), *_counted(dropped, lost=True)]


def frame_names(folder: Path, suffixes: Sequence[str]) -> list[str]:
    """Names of the files in a folder that end so, in order; averages and hidden files are none."""
    return sorted(
        entry.name
        for entry in folder.iterdir()
        if entry.suffix.lower() in suffixes
        and not entry.name.startswith(".")
        and not entry.stem.lower().endswith("gei")
        and entry.is_file()
    )


def _counted(found: dict[str, list[Path]], *, lost: bool) -> list[Finding]:
    return [
        Finding(paths[0], problem + _and_more(len(paths)), len(paths) if lost else 0)
        for problem, paths in found.items()
    ]


def _gaps(folder: Path, files: dict[int, str]) -> list[Finding]:
    """Where frames are missing between others; those of every second frame are not.

    Numbers that do not go in equal steps are times, between which nothing is missing.
    """
    steps = [b - a for a, b in pairwise(files)]
    step = min(steps, default=1)
    if any(length % step for length in steps):
        return []
    count = sum(length // step - 1 for length in steps)
    if not count:
        return []
    missing = next(a + step for a, b in pairwise(files) if b - a > step)
    twin = files[missing - step]
    text = number_text(twin, missing - step)
    if text is None:
        return [Finding(folder, f"has no frame {missing}{_and_more(count)}", count)]
    before, _, after = twin.rpartition(text)
    name = f"{before}{missing:0{len(text)}d}{after}"
    return [Finding(folder / name, f"is missing{_and_more(count)}", count)]


def _and_more(count: int) -> str:
    return f" (and {count - 1} more in this folder)" * (count > 1)
