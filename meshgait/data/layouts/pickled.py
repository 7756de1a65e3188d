"""Clips as OpenGait keeps them: one pickled array for each modality, without frame numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from meshgait.data.layouts.contents import possible, read_as, stacked
from meshgait.data.layouts.layout import Finding
from meshgait.data.layouts.source import ReadResult, Source, Track
from meshgait.errors import DataError
from meshgait.files.restricted_pickle import read_pickle


@dataclass(frozen=True)
class Pickled(Source):
    """A pickle of all frames; without a `modality` the shape of its array tells which it is.

    What is not `sure` to be of its modality costs no clip if it is not. Clouds become `points`
    points each.
    """

    path: Path
    modality: str | None = None
    sure: bool = True
    points: int = 1024

    @property
    def kind(self) -> str | None:
        """The modality, if it is known beforehand."""
        return self.modality if self.sure else None

    @property
    def doubtful(self) -> bool:
        """What may be something else."""
        return not self.sure

    def read(self) -> ReadResult:
        """All frames, images without the margins that no network looks at."""
        try:
            content = read_pickle(self.path)
            modality = self.modality or _told(content)
            frames = read_as(modality, content, self.points)
        except DataError as error:
            reason = str(error).removeprefix(f"{self.path}: ").removeprefix(f"{self.path} ")
            return None, (Finding(self.path, reason),)
        except OSError as error:
            return None, (Finding(self.path, f"cannot be read: {error.strerror}"),)
        notes = [Finding(self.path, frames.note)] if frames.note else []
        if frames.kept is None:
            return Track(modality, self.path, frames.array), tuple(notes)
        listed = tuple(range(len(content)))
        lost = len(listed) - len(frames.kept)
        notes.append(Finding(self.path, f"has nothing in {lost} of {len(listed)} frames", lost))
        return Track(modality, self.path, frames.array, frames.kept, listed), tuple(notes)


def _told(content: object) -> str:
    """The modality that the array itself tells."""
    array, _ = stacked(content)
    names = possible(array)
    if not names:
        raise DataError(f"holds an array {array.shape} of {array.dtype}, which is no modality")
    return names[0]
