"""One recorded walk: who, under which condition, from where, and its frames by modality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from meshgait.errors import DataError, ShapeError


@dataclass(frozen=True)
class Record:
    """What is known about a sequence without its frames; together the three parts name it."""

    subject: str
    condition: str
    view: str

    @property
    def name(self) -> str:
        """`subject-condition-view`, as the probe lists of Gait3D spell it."""
        return f"{self.subject}-{self.condition}-{self.view}"


@dataclass(frozen=True, eq=False)
class GaitSequence(Record):
    """A record with its frames: arrays of equal length, one for each modality.

    Raises `ShapeError` when there are no frames or the modalities differ in length, `DataError`
    when one holds NaN or infinity.
    """

    frames: Mapping[str, np.ndarray]

    def __post_init__(self) -> None:
        lengths = {modality: len(array) for modality, array in self.frames.items()}
        if not lengths:
            raise ShapeError(f"sequence {self.name} has no modality at all")
        if len(set(lengths.values())) > 1:
            found = ", ".join(f"{modality} {length}" for modality, length in lengths.items())
            raise ShapeError(f"the modalities of sequence {self.name} differ in frames: {found}")
        if 0 in lengths.values():
            raise ShapeError(f"sequence {self.name} has no frames")
        for modality, array in self.frames.items():
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                bad = ~np.isfinite(array).reshape(len(array), -1).all(axis=1)
                raise DataError(
                    f"{modality} of sequence {self.name} holds NaN or infinity in {bad.sum()} of "
                    f"{len(array)} frames, first in frame {bad.argmax()}"
                )

    def __len__(self) -> int:
        return len(next(iter(self.frames.values())))

    @property
    def record(self) -> Record:
        """The same without the frames."""
        return Record(self.subject, self.condition, self.view)

    def only(self, modalities: Sequence[str]) -> GaitSequence:
        """The same with only the modalities named; `DataError` when one is not there."""
        missing = [modality for modality in modalities if modality not in self.frames]
        if missing:
            raise DataError(
                f"sequence {self.name} has no {' and no '.join(missing)}, only "
                f"{', '.join(self.frames)}"
            )
        frames = {modality: self.frames[modality] for modality in modalities}
        return GaitSequence(self.subject, self.condition, self.view, frames)

    def take(self, indices: np.ndarray) -> GaitSequence:
        """The frames at `indices`, in that order, of every modality."""
        frames = {modality: array[indices] for modality, array in self.frames.items()}
        return GaitSequence(self.subject, self.condition, self.view, frames)
