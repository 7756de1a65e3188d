"""Clips as OpenGait keeps them: one pickled array for each modality, without frame numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from meshgait.data.layouts.frame_readers import cut_margins
from meshgait.data.layouts.layout import Finding
from meshgait.data.layouts.source import ReadResult, Source, Track
from meshgait.errors import DataError
from meshgait.files.pixels import grey_levels, labels, require_dark_border
from meshgait.files.restricted_pickle import read_pickle
from meshgait.modalities.parsing import PARSING_LABELS


@dataclass(frozen=True)
class Pickled(Source):
    """A pickle of all frames; without a `modality` the shape of its array tells which it is."""

    path: Path
    modality: str | None = None

    @property
    def kind(self) -> str | None:
        """The modality, if it is known beforehand."""
        return self.modality

    def read(self) -> ReadResult:
        """All frames, images without the margins that no network looks at."""
        try:
            array = _array(read_pickle(self.path))
            found = _modality(array, self.modality)
            frames, note = _frames(array, found)
            notes = (Finding(self.path, note),) if note else ()
            return Track(found, self.path, frames), notes
        except DataError as error:
            reason = str(error).removeprefix(f"{self.path}: ").removeprefix(f"{self.path} ")
            return None, (Finding(self.path, reason),)
        except OSError as error:
            return None, (Finding(self.path, f"cannot be read: {error.strerror}"),)


def _array(content: Any) -> np.ndarray:
    if isinstance(content, list) and content and isinstance(content[0], np.ndarray):
        if len({item.shape for item in content if isinstance(item, np.ndarray)}) != 1 or not all(
            isinstance(item, np.ndarray) for item in content
        ):
            raise DataError("holds frames of different shapes")
        content = np.stack(content)
    if not isinstance(content, np.ndarray):
        raise DataError(f"holds a {type(content).__name__}, not an array of frames")
    if content.ndim < 2 or content.dtype.kind not in "bufi":
        raise DataError(f"holds an array {content.shape} of {content.dtype}, which is no clip")
    if content.size == 0:
        raise DataError("has no frames")
    if content.ndim == 4 and 1 in (content.shape[1], content.shape[3]):  # images of one channel
        return content[:, 0] if content.shape[1] == 1 else content[..., 0]
    return content


def _modality(array: np.ndarray, expected: str | None) -> str:
    """Which modality an array can be; `DataError` when it is not the one expected."""
    possible = _possible(array)
    if not possible or (expected is not None and expected not in possible):
        raise DataError(
            f"holds an array {array.shape} of {array.dtype}, which is no {expected or 'modality'}"
        )
    return expected or possible[0]


def _possible(array: np.ndarray) -> tuple[str, ...]:
    """By shape; an image of several numbers below those of labels can be a parsing map only."""
    if array.shape[1:] == (85,) and array.dtype.kind == "f":
        return ("smpl",)
    if array.ndim == 3 and array.shape[1:] in ((17, 3), (18, 3)) and array.dtype.kind == "f":
        return ("skeleton2d",)
    if array.ndim != 3:
        return ()
    top = array.max()
    is_mask = top <= 1 or top >= PARSING_LABELS or bool(((array == 0) | (array == top)).all())
    return ("silhouette", "parsing") if is_mask else ("parsing", "silhouette")


def _frames(array: np.ndarray, modality: str) -> tuple[np.ndarray, str | None]:
    if modality == "parsing":
        return cut_margins(labels(array, PARSING_LABELS)), None
    if modality == "silhouette":
        levels, note = grey_levels(array)
        require_dark_border(levels)
        return cut_margins(levels), note
    return array.astype(np.float32), None
