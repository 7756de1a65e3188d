"""Sequences on disk: one flat file per modality and shard, memory-mapped, checked, resumable.

A shard is complete when its index, `00007.json`, exists: it is written after the arrays. A store is
complete when `store.json` exists. So a process killed at any moment loses one shard at most.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from meshgait.data.sequence import GaitSequence, Record
from meshgait.errors import DataError
from meshgait.storage import written_whole

FORMAT = 1


@dataclass(frozen=True)
class _Place:
    """Where the frames of one sequence lie."""

    record: Record
    shard: int
    start: int
    length: int


class Store:
    """A complete store, as a sequence of `GaitSequence`; frames are read when they are asked for.

    Raises `DataError` when the folder holds no complete store, when a file is missing or has
    another length than its index says and, with `verify`, when a checksum differs.
    """

    def __init__(self, folder: str | Path, *, verify: bool = False) -> None:
        self.folder = Path(folder)
        self._places: list[_Place] = []
        self._arrays: dict[tuple[int, str], np.ndarray] = {}
        try:
            header = _read_header(self.folder)
            self.fingerprint: str = header["fingerprint"]
            self._packed: dict[str, list[int] | None] = header["packed"]
            for shard in range(header["shards"]):
                self._add_shard(shard, verify)
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(f"an index of {folder} is damaged: {error!r}") from error

    def __len__(self) -> int:
        return len(self._places)

    @property
    def modalities(self) -> tuple[str, ...]:
        """Names of the arrays that every sequence has."""
        return tuple(self._packed)

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
        frames = {modality: self._read(place, modality) for modality in self._packed}
        return GaitSequence(**asdict(place.record), frames=frames)

    def _add_shard(self, shard: int, verify: bool) -> None:
        index = _read_json(_index_path(self.folder, shard))
        if index["fingerprint"] != self.fingerprint:
            raise DataError(f"shard {shard} of {self.folder} is of another content than its store")
        for modality in self._packed:
            path = _array_path(self.folder, shard, modality)
            check_file(path, index["files"][modality], checksum=verify)
        start = 0
        for entry in index["sequences"]:
            length = entry.pop("length")
            self._places.append(_Place(Record(**entry), shard, start, length))
            start += length

    def _read(self, place: _Place, modality: str) -> np.ndarray:
        key = place.shard, modality
        if key not in self._arrays:
            path = _array_path(self.folder, place.shard, modality)
            try:
                self._arrays[key] = np.load(path, mmap_mode="r", allow_pickle=False)
            except (ValueError, OSError, EOFError) as error:
                raise DataError(f"{path} is damaged: {error}") from error
        array = self._arrays[key][place.start : place.start + place.length]
        shape = self._packed[modality]
        return np.array(array) if shape is None else _unpack(array, shape)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_arrays": {}}  # each process maps the files itself


def write_store(
    folder: str | Path,
    shards: Sequence[Callable[[], Iterable[GaitSequence]]],
    *,
    fingerprint: str,
    binary: Sequence[str] = (),
    progress: Callable[[int], Any] = lambda shard: None,
    pool: Executor | None = None,
) -> Store:
    """Write what each of `shards` gives when it is called; shards that are there already are kept.

    `fingerprint` names the content: what another one left in the folder is written anew.
    Modalities in `binary` hold only 0 and 255 and are stored as bits. `progress` is called with
    the number of each shard that is done. A `pool` of processes shares the work. The same shards
    give the same bytes, whatever interruptions there were.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "store.json").unlink(missing_ok=True)  # until all shards are of this content
    jobs = [
        (folder, number, shard, fingerprint, tuple(binary)) for number, shard in enumerate(shards)
    ]
    run = map if pool is None else pool.map
    packed: dict[str, Any] = {}
    for number, found in enumerate(run(_complete_shard, *zip(*jobs, strict=True))):
        if packed and found != packed:
            raise DataError(f"shard {number} of {folder} has other modalities than those before")
        packed = found
        progress(number)
    header = {"format": FORMAT, "fingerprint": fingerprint, "packed": packed, "shards": len(shards)}
    _write_json(folder / "store.json", header)
    return Store(folder)


def check_file(path: Path, expected: dict[str, int], *, checksum: bool) -> None:
    """Raise `DataError` unless the file has the length and, if asked, the checksum expected."""
    if not path.is_file():
        raise DataError(f"{path} is missing")
    if path.stat().st_size != expected["bytes"]:
        raise DataError(f"{path} has {path.stat().st_size} bytes, expected {expected['bytes']}")
    if checksum and _checksum(path) != expected["crc32"]:
        raise DataError(f"{path} is damaged: its checksum differs")


def _finished(folder: Path, shard: int, fingerprint: str) -> dict[str, Any] | None:
    """How the modalities of a shard are packed, if it is there, whole and of this content."""
    try:
        index = _read_json(_index_path(folder, shard))
        if index["fingerprint"] != fingerprint:
            return None
        for modality, expected in index["files"].items():
            check_file(_array_path(folder, shard, modality), expected, checksum=True)
        return index["packed"]
    except (DataError, KeyError, TypeError, AttributeError):
        return None


def _complete_shard(
    folder: Path,
    shard: int,
    make: Callable[[], Iterable[GaitSequence]],
    fingerprint: str,
    binary: tuple[str, ...],
) -> dict[str, Any]:
    """Write a shard unless it is there; how its modalities are packed."""
    found = _finished(folder, shard, fingerprint)
    return found or _write_shard(folder, shard, list(make()), fingerprint, binary)


def _write_shard(
    folder: Path,
    shard: int,
    sequences: list[GaitSequence],
    fingerprint: str,
    binary: tuple[str, ...],
) -> dict[str, Any]:
    if not sequences:
        raise DataError(f"shard {shard} of {folder} has no sequences")
    files, packed = {}, {}
    for modality in sequences[0].frames:
        array = np.concatenate([sequence.frames[modality] for sequence in sequences])
        packed[modality] = list(array.shape[1:]) if modality in binary else None
        path = _array_path(folder, shard, modality)
        with written_whole(path) as part, part.open("wb") as file:
            np.save(file, _pack(array, modality) if modality in binary else array)
        files[modality] = {"bytes": path.stat().st_size, "crc32": _checksum(path)}
    entries = [asdict(s.record) | {"length": len(s)} for s in sequences]
    index = {"fingerprint": fingerprint, "packed": packed, "files": files, "sequences": entries}
    _write_json(_index_path(folder, shard), index)
    return packed


def _pack(array: np.ndarray, modality: str) -> np.ndarray:
    if array.dtype != np.uint8 or not np.isin(array, (0, 255)).all():
        raise DataError(f"{modality} has values other than 0 and 255; it cannot be stored as bits")
    return np.packbits(array.reshape(len(array), -1) > 0, axis=1)


def _unpack(packed: np.ndarray, shape: list[int]) -> np.ndarray:
    bits = np.unpackbits(packed, axis=1, count=int(np.prod(shape)))
    return (bits * np.uint8(255)).reshape(len(packed), *shape)


def _checksum(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            value = zlib.crc32(block, value)
    return value


def _index_path(folder: Path, shard: int) -> Path:
    return folder / f"{shard:05d}.json"


def _array_path(folder: Path, shard: int, modality: str) -> Path:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", modality):
        raise DataError(f"{modality!r} in an index of {folder} is not the name of a modality")
    return folder / f"{shard:05d}.{modality}.npy"


def _read_header(folder: Path) -> dict[str, Any]:
    header = _read_json(folder / "store.json")
    if header["format"] != FORMAT:
        raise DataError(f"{folder} has store format {header['format']}, not {FORMAT}")
    return header


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing: the store is not complete") from error
    except (ValueError, OSError) as error:
        raise DataError(f"{path} is damaged: {error}") from error
    if not isinstance(content, dict):
        raise DataError(f"{path} is damaged: it is not an index")
    return content


def _write_json(path: Path, content: dict[str, Any]) -> None:
    with written_whole(path) as part:
        part.write_text(json.dumps(content, indent=1), encoding="utf-8")
