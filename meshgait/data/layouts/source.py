"""One modality of one clip on disk: a folder with a file for each frame, or something else."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from meshgait.data.layouts.frame_readers import FrameReader
from meshgait.data.layouts.layout import Finding
from meshgait.errors import DataError

LAST_NUMBER = r"(\d+)\D*$"
"""Of the name of a file without its ending: the last number in it."""


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
    @abstractmethod
    def kind(self) -> str | None:
        """The modality, where names tell it."""

    @abstractmethod
    def read(self) -> ReadResult:
        """The frames and what was left out; no frames at all are `None`. Never raises."""


@dataclass(frozen=True)
class FrameFolder(Source):
    """Files with a frame each, in the order of the numbers that `number` finds in their names."""

    path: Path
    reader: FrameReader
    number: str = LAST_NUMBER

    @property
    def kind(self) -> str | None:
        """The modality that the reader gives."""
        return self.reader.modality

    def read(self) -> ReadResult:
        """Every frame that can be read."""
        try:
            names = frame_names(self.path, self.reader.suffix)
        except OSError as error:
            return None, (Finding(self.path, f"cannot be listed: {error.strerror}"),)
        files, findings = self._number(names)
        listed = tuple(files)
        files = dict(sorted(files.items()))
        findings += _gaps(self.path, files)
        frames, dropped = self._load(files)
        findings += dropped
        if not frames:
            return None, (*findings, Finding(self.path, f"has no frame of {self.kind} to use"))
        stack = np.stack(list(frames.values()))
        track = Track(self.reader.modality, self.path, stack, tuple(frames), listed)
        return track, tuple(findings)

    def _number(self, names: list[str]) -> tuple[dict[int, str], list[Finding]]:
        """Names by the numbers in them, in the order of the names."""
        files: dict[int, str] = {}
        findings = []
        for name in names:
            found = re.search(self.number, Path(name).stem)
            number = int(found[1]) if found and len(found[1]) < 19 else None
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
        for number, name in files.items():
            path = self.path / name
            try:
                frame = self.reader(path)
                first = next(iter(frames.values()), frame)
                if frame.shape != first.shape:
                    raise DataError(f"has the shape {frame.shape}, others {first.shape}")  # noqa: TRY301
                frames[number] = frame
            except DataError as error:
                dropped.setdefault(str(error), []).append(path)
            except OSError as error:
                dropped.setdefault(f"cannot be read: {error.strerror}", []).append(path)
        return frames, [
            Finding(paths[0], problem + _and_more(len(paths)), len(paths))
            for problem, paths in dropped.items()
        ]


def frame_names(folder: Path, suffix: str) -> list[str]:
    """Names of the files in a folder that end so, in order; averages and hidden files are none."""
    return sorted(
        entry.name
        for entry in folder.iterdir()
        if entry.suffix.lower() == suffix
        and not entry.name.startswith(".")
        and not entry.name.endswith("gei.png")
    )


def _gaps(folder: Path, files: dict[int, str]) -> list[Finding]:
    """Where frames are missing between others; those of every second frame are not."""
    numbers = list(files)
    step = min((b - a for a, b in pairwise(numbers)), default=1)
    missing = [n for a, b in pairwise(numbers) for n in range(a + step, b, step)][:100_000]
    if not missing:
        return []
    twin = files[numbers[0]]
    width = len(re.findall(r"\d+", Path(twin).stem)[-1])
    name = re.sub(r"\d+(?=\D*$)", f"{missing[0]:0{width}d}", Path(twin).stem) + Path(twin).suffix
    return [Finding(folder / name, f"is missing{_and_more(len(missing))}", len(missing))]


def _and_more(count: int) -> str:
    return f"; so {'is' if count == 2 else 'are'} {count - 1} more in this folder" * (count > 1)
