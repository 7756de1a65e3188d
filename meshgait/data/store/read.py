"""Sequences on disk: one flat .npy file per modality and shard, read a clip at a time, checked.

A shard is complete when its index, `00007.json`, exists: it is written after the arrays. A store is
complete when `store.json` exists. So a process killed at any moment loses one shard at most.

Nothing but the frames asked for is read, into memory of their own. The files can be mapped into
memory; here they are not, since what was touched of a map counts as memory of the process, and
every map keeps its file open.
"""

from __future__ import annotations

import math
import operator
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from meshgait.data.store.bits import unpack
from meshgait.data.store.files import (
    Stamp,
    array_path,
    check_file,
    index_path,
    read_index,
    require_stamp,
    stamp_of,
)
from meshgait.errors import DataError
from meshgait.files.npy import BROKEN
from meshgait.sequence.sequence import GaitSequence, Record, Unread

FORMAT = 1
_ABSENT = -1


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the frames of one sequence lie: the first of each array of its shard."""

    record: Record
    shard: int
    length: int
    starts: tuple[int, ...]


@dataclass(frozen=True)
class _Array:
    """A file of frames: its type, where the first frame begins, and what is packed in bits."""

    path: Path
    dtype: np.dtype
    shape: tuple[int, ...]
    offset: int
    pixels: tuple[int, ...] | None

    @property
    def frame_bytes(self) -> int:
        return self.dtype.itemsize * math.prod(self.shape[1:])


class Store:
    """A complete store, as a sequence of `GaitSequence`; frames are read when they are asked for.

    Raises `DataError` when the folder holds no complete store, when a file is missing or has
    another length than its index says and, with `verify`, when a checksum differs; also later,
    when somebody has written into the folder since.
    """

    def __init__(self, folder: str | Path, *, verify: bool = False) -> None:
        self.folder = Path(folder)
        self._places: list[_Place] = []
        self._packed: list[dict[str, list[int] | None]] = []
        self._arrays: dict[tuple[int, str], _Array] = {}
        self._stamps: dict[Path, Stamp] = {}
        self._clips: Counter[str] = Counter()
        self.bytes = 0
        self.notes: list[Any] = []
        try:
            stamp = _header_stamp(self.folder)
            header = _read_header(self.folder)
            self.fingerprint: str = header["fingerprint"]
            for shard in range(header["shards"]):
                self._add_shard(shard, verify)
            if stamp is not None:  # whoever writes a store removes its header first
                require_stamp(_header_stamp(self.folder), stamp, self.folder)
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(f"an index of {folder} is damaged: {error!r}") from error

    def __len__(self) -> int:
        return len(self._places)

    @property
    def modalities(self) -> tuple[str, ...]:
        """Names of the arrays that every sequence has."""
        return tuple(name for name, clips in self._clips.items() if clips == len(self))

    @property
    def clips_with(self) -> dict[str, int]:
        """For every modality the number of sequences that have it."""
        return dict(self._clips)

    @property
    def records(self) -> list[Record]:
        """Who, under which condition and from where, for every sequence; no frames are read."""
        return [place.record for place in self._places]

    @property
    def lengths(self) -> list[int]:
        """Number of frames of every sequence."""
        return [place.length for place in self._places]

    def __getitem__(self, index: int) -> GaitSequence:
        place = self._places[index]
        who = place.record
        frames = _Frames(self, place, self._modalities_of(place))
        return GaitSequence(who.subject, who.condition, who.view, frames)

    def prefetch(self, indices: Sequence[int], modalities: Sequence[str]) -> None:
        """Tell the system that these will be read soon: the disk fetches them at the same time."""
        if not hasattr(os, "posix_fadvise"):
            return
        files: dict[tuple[int, str], list[_Place]] = {}
        for place in (self._places[index] for index in indices):
            for modality in self._modalities_of(place):
                if modality in modalities:
                    files.setdefault((place.shard, modality), []).append(place)
        for (shard, modality), places in files.items():
            array = self._array(shard, modality)
            with open(array.path, "rb", buffering=0) as handle:
                for place in places:
                    first = array.offset + array.frame_bytes * self._start(place, modality)
                    length = array.frame_bytes * place.length
                    os.posix_fadvise(handle.fileno(), first, length, os.POSIX_FADV_WILLNEED)

    def _add_shard(self, shard: int, verify: bool) -> None:
        index = read_index(index_path(self.folder, shard))
        if index["fingerprint"] != self.fingerprint:
            raise DataError(f"shard {shard} of {self.folder} is of another content than its store")
        packed = index["packed"]
        self._packed.append(packed)
        for modality in packed:
            expected = index["files"][modality]
            path = array_path(self.folder, shard, modality)
            self._stamps[path] = check_file(path, expected, checksum=verify)
            self.bytes += expected["bytes"]
        next_start = dict.fromkeys(packed, 0)
        for entry in index["sequences"]:
            length, without = entry.pop("length"), entry.pop("without", ())
            if type(length) is not int or length < 1:
                raise DataError(
                    f"an index of {self.folder} is damaged: a clip of {length!r} frames"
                )
            starts = tuple(_ABSENT if m in without else next_start[m] for m in packed)
            self._places.append(_Place(Record(**entry), shard, length, starts))
            for modality in next_start.keys() - without:
                next_start[modality] += length
            self._clips.update(m for m in packed if m not in without)
        self.notes.extend(index.get("notes", ()))

    def _modalities_of(self, place: _Place) -> tuple[str, ...]:
        pairs = zip(self._packed[place.shard], place.starts, strict=True)
        return tuple(modality for modality, start in pairs if start != _ABSENT)

    def _start(self, place: _Place, modality: str) -> int:
        return place.starts[list(self._packed[place.shard]).index(modality)]

    def _array(self, shard: int, modality: str) -> _Array:
        key = shard, modality
        if key not in self._arrays:
            path = array_path(self.folder, shard, modality)
            try:
                require_stamp(stamp_of(path), self._stamps[path], path)
                self._arrays[key] = _read_layout(path, self._packed[shard][modality])
            except BROKEN as error:
                raise DataError(f"{path} is damaged: {error}") from error
        return self._arrays[key]

    def _read(self, place: _Place, modality: str, indices: np.ndarray | None) -> np.ndarray:
        """The frames of a sequence, or those of them at `indices`."""
        array = self._array(place.shard, modality)
        start = self._start(place, modality)
        if start + place.length > array.shape[0]:
            raise DataError(f"{array.path} has {array.shape[0]} frames, fewer than its index says")
        found = np.empty((place.length, *array.shape[1:]), array.dtype)
        with open(array.path, "rb", buffering=0) as handle:
            require_stamp(stamp_of(handle.fileno()), self._stamps[array.path], array.path)
            handle.seek(array.offset + start * array.frame_bytes)
            if handle.readinto(found.data) != found.nbytes:
                raise DataError(f"{array.path} ends too early")
        if indices is not None:
            found = found[indices]
        return found if array.pixels is None else unpack(found, array.pixels)


class _Frames(Unread):
    """The frames of one sequence of a store."""

    def __init__(
        self,
        store: Store,
        place: _Place,
        modalities: Sequence[str],
        indices: np.ndarray | None = None,
    ) -> None:
        self._store, self._place = store, place
        self._modalities, self._indices = modalities, indices
        self._found: dict[str, np.ndarray] = {}

    @property
    def length(self) -> int:
        return self._place.length if self._indices is None else len(self._indices)

    def only(self, modalities: Sequence[str]) -> _Frames:
        return _Frames(self._store, self._place, tuple(modalities), self._indices)

    def take(self, indices: np.ndarray) -> _Frames:
        before = np.arange(self._place.length) if self._indices is None else self._indices
        return _Frames(self._store, self._place, self._modalities, before[indices])

    def __getitem__(self, modality: str) -> np.ndarray:
        if modality not in self._modalities:
            raise KeyError(modality)
        if modality not in self._found:
            self._found[modality] = self._store._read(self._place, modality, self._indices)
        return self._found[modality]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modalities)

    def __len__(self) -> int:
        return len(self._modalities)

    def __contains__(self, modality: object) -> bool:
        return modality in self._modalities


def content_name(folder: Path) -> str | None:
    """The fingerprint of the store that a folder holds, whole or begun; `None` without any."""
    for path in (folder / "store.json", *sorted(folder.glob("[0-9]*.json"))):
        try:
            return str(read_index(path)["fingerprint"])
        except (DataError, KeyError):
            continue
    return None


def _header_stamp(folder: Path) -> Stamp | None:
    try:
        return stamp_of(folder / "store.json")
    except OSError:
        return None


def _read_header(folder: Path) -> dict[str, Any]:
    header = read_index(folder / "store.json")
    if header["format"] != FORMAT:
        raise DataError(f"{folder} has store format {header['format']!r}, not {FORMAT}")
    return header


def _read_layout(path: Path, pixels: list[int] | None) -> _Array:
    with path.open("rb") as file:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError("its version is not 1.0")
        shape, by_column, dtype = np.lib.format.read_array_header_1_0(file)
        array = _Array(
            path,
            dtype,
            shape,
            file.tell(),
            None if pixels is None else tuple(map(operator.index, pixels)),
        )
        if by_column or not shape:
            raise ValueError("its frames do not lie one after another")
        if dtype.kind not in "biuf" or not dtype.isnative:
            raise ValueError(f"its frames are of type {dtype}, not numbers of this machine")
        if file.seek(0, os.SEEK_END) != array.offset + shape[0] * array.frame_bytes:
            raise ValueError(f"{shape} frames of {dtype} have another length")
        if pixels is not None and (dtype, shape[1:]) != (np.uint8, (-(-np.prod(pixels) // 8),)):
            raise ValueError(f"its frames are not {pixels} bits")
        return array
