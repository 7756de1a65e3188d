"""Sequences in files of their own: one .npz each, arrays by modality."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from meshgait.files.pixels import clip_levels
from meshgait.files.storage import read_npz, write_npz
from meshgait.sequence.kind import names_in, require_kind
from meshgait.sequence.sequence import GaitSequence, Record

_RECORD = ("subject", "condition", "view")


def save_clip(path: str | Path, sequence: GaitSequence) -> None:
    """Write an .npz with the frames by modality, and subject, condition and view."""
    arrays: dict[str, Any] = {name: np.array(getattr(sequence, name)) for name in _RECORD}
    arrays.update(sequence.frames)
    write_npz(path, **arrays)


def load_clip(path: str | Path) -> GaitSequence:
    """Read what `save_clip` wrote, or any .npz whose arrays are modalities of equal length.

    Without a subject the file's name is the subject. Masks become black and white. What is no
    array of frames, a frame rate say, is left out with a warning. Raises
    `DataError` for a damaged file, and for arrays that are no sequence what `GaitSequence` raises,
    with the file's path.
    """
    path = Path(path)
    require_kind(path, names_in(path), "clip")
    arrays = read_npz(path, objects=True)
    record = _record(path, {name: arrays.pop(name) for name in _RECORD if name in arrays})
    others = [name for name, value in arrays.items() if np.ndim(value) == 0 or _is_object(value)]
    if others:
        warnings.warn(f"{path}: no array of frames, so left out: {', '.join(others)}", stacklevel=2)
    arrays = {name: array for name, array in arrays.items() if name not in others}
    try:
        if "silhouette" in arrays:
            arrays["silhouette"] = clip_levels(arrays["silhouette"])
        return GaitSequence(**asdict(record), frames=arrays)
    except ValueError as error:
        raise type(error)(f"{path}: {error}") from error


def _is_object(value: Any) -> bool:
    return not isinstance(value, np.ndarray) or value.dtype.hasobject


def _record(path: Path, known: dict[str, Any]) -> Record:
    given = {name: str(text) for name, text in known.items()}
    return Record(**({"subject": path.stem, "condition": "", "view": ""} | given))


class Clips:
    """Files of `save_clip` as a data set; frames are read when they are asked for.

    `records` says who, under which condition and from where, for every file. Raises `DataError`
    for the first file that is no .npz; what else `load_clip` finds wrong, it finds later.
    """

    def __init__(self, paths: Sequence[str | Path]) -> None:
        self.paths = [Path(path) for path in paths]
        self.records: list[Record] = [
            _record(path, read_npz(path, only=_RECORD, objects=True)) for path in self.paths
        ]

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> GaitSequence:
        return load_clip(self.paths[index])
