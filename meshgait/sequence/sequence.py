"""One recorded walk: who, under which condition, from where, and its frames by modality."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from meshgait.errors import DataError, ShapeError
from meshgait.numerics import show_shapes


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


class Unread(Mapping[str, np.ndarray]):
    """Arrays by modality that are read from a file when they are asked for, and not before.

    Whoever wrote the file had checked them. Another process is handed the arrays, not the file.
    """

    @property
    @abstractmethod
    def length(self) -> int:
        """Frames of each array."""

    @abstractmethod
    def only(self, modalities: Sequence[str]) -> Unread:
        """These arrays alone."""

    @abstractmethod
    def take(self, indices: np.ndarray) -> Unread:
        """These frames alone."""

    def __repr__(self) -> str:
        return f"{', '.join(self)} of {self.length} frames, unread"

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)


@dataclass(frozen=True, eq=False)
class GaitSequence(Record):
    """A record with its frames: arrays of equal length, one for each modality.

    Raises `ShapeError` when there are no frames or the modalities differ in length, `DataError`
    when one holds NaN or infinity, or silhouettes are floats that are not shares of white.
    """

    frames: Mapping[str, np.ndarray]

    __repr__ = show_shapes

    def __post_init__(self) -> None:
        if isinstance(self.frames, Unread):
            return
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
            if modality == "silhouette" and array.dtype.kind == "f" and array.max(initial=0) >= 2:
                raise DataError(
                    f"the silhouettes of sequence {self.name} are floats up to {array.max():g}; "
                    "needed are bytes 0 to 255, or floats 0 to 1: divide by 255"
                )

    def __len__(self) -> int:
        if isinstance(self.frames, Unread):
            return self.frames.length
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
                f"{', '.join(self.frames)}",
                code="modality",
            )
        return self._with(
            self.frames.only(modalities)
            if isinstance(self.frames, Unread)
            else {modality: self.frames[modality] for modality in modalities}
        )

    def take(self, indices: np.ndarray) -> GaitSequence:
        """The frames at `indices`, (N) numbers or (T) truth values, in that order.

        Raises `ShapeError` for indices of another shape or of frames that are not there.
        """
        indices = self._existing(np.asarray(indices))
        return self._with(
            self.frames.take(indices)
            if isinstance(self.frames, Unread)
            else {modality: array[indices] for modality, array in self.frames.items()}
        )

    def _existing(self, indices: np.ndarray) -> np.ndarray:
        length = len(self)
        is_mask = indices.dtype == bool and indices.shape == (length,)
        if not is_mask and (indices.ndim != 1 or indices.dtype.kind not in "iu"):
            raise ShapeError(
                f"frames of sequence {self.name} are chosen by (N) whole numbers or ({length}) "
                f"truth values, got {indices.dtype} of shape {indices.shape}"
            )
        if not is_mask and indices.size and not -length <= indices.min() <= indices.max() < length:
            raise ShapeError(
                f"sequence {self.name} has {length} frames; asked for were those from "
                f"{indices.min()} to {indices.max()}"
            )
        return indices

    def _with(self, frames: Mapping[str, np.ndarray]) -> GaitSequence:
        return GaitSequence(self.subject, self.condition, self.view, frames)
