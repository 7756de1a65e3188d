"""How a store comes to be: shard by shard, in any order, in several processes, after any kill."""

from __future__ import annotations

import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from meshgait.data.cluster import require_shared
from meshgait.data.processes import in_turn
from meshgait.data.store.files import array_path, check_file, index_path, read_index
from meshgait.data.store.read import FORMAT, Store
from meshgait.errors import DataError
from meshgait.files.lock import locked, remove_if_empty
from meshgait.files.storage import written_whole
from meshgait.sequence.sequence import GaitSequence

_OURS = re.compile(r"\d{5,}(\.[a-z][a-z0-9_]*)?\.(json|npy)|\..*\.part")


@dataclass(frozen=True)
class Noted:
    """Sequences of a shard with notes to keep beside them: what JSON can hold."""

    sequences: Sequence[GaitSequence]
    notes: Sequence[Any] = ()


Maker = Callable[[], Iterable[GaitSequence] | Noted]


def write_store(
    folder: str | Path,
    shards: Sequence[Maker],
    *,
    fingerprint: str,
    progress: Callable[[int], Any] = lambda shard: None,
    pool: Executor | None = None,
) -> Store:
    """Write what each of `shards` gives when it is called; shards that are there already are kept.

    `fingerprint` names the content: what another one left in the folder is written anew, or
    removed. Images of bytes that are all 0 or 255 are stored as bits, shard by shard. Sequences
    may lack a modality that others have. `progress` is called with the number of each shard that
    is done. A `pool` of processes shares the work. The same shards give the same bytes, whatever
    interruptions there were; a second process that writes into the folder waits, and keeps what
    the first one made.
    """
    folder = Path(folder).absolute()  # those who share the work may stand in another folder
    found = complete_store(folder, fingerprint)
    if found is not None:  # also where nobody may write
        return found
    with locked(folder, wait=True):
        found = complete_store(folder, fingerprint)
        if found is not None:
            return found
        (folder / "store.json").unlink(missing_ok=True)  # until all shards are of this content
        jobs = [(folder, number, shard, fingerprint) for number, shard in enumerate(shards)]
        names = {"store.json"}
        for number, modalities in enumerate(
            in_turn(pool, _complete_shard, *zip(*jobs, strict=True))
        ):
            names.add(index_path(folder, number).name)
            names.update(array_path(folder, number, modality).name for modality in modalities)
            progress(number)
        for path in folder.iterdir():
            if _OURS.fullmatch(path.name) and path.name not in names:
                path.unlink(missing_ok=True)
        header = {"format": FORMAT, "fingerprint": fingerprint, "shards": len(shards)}
        _write_json(folder / "store.json", header)
        return Store(folder)


def complete_store(folder: Path, fingerprint: str) -> Store | None:
    """The store in a folder, if it is whole to the last byte and of this content."""
    try:
        store = Store(folder, verify=True)
    except DataError:
        return None
    return store if store.fingerprint == fingerprint else None


def remove_store(folder: str | Path) -> None:
    """Remove a store, whole or begun, and nothing else in its folder, which goes if it is empty."""
    folder = Path(folder)
    with locked(folder):
        (folder / "store.json").unlink(missing_ok=True)
        ours = (path for path in folder.iterdir() if _OURS.fullmatch(path.name))
        for path in sorted(ours, key=lambda path: path.suffix, reverse=True):  # indices last
            path.unlink(missing_ok=True)
    with suppress(OSError):
        remove_if_empty(folder)


def packed_array(frames: np.ndarray) -> tuple[np.ndarray, list[int] | None]:
    """As a store keeps it: images of 0 and 255 as bits, with their shape; all else as it is."""
    if frames.dtype != np.uint8 or frames.ndim < 3 or not np.isin(frames, (0, 255)).all():
        return frames, None
    bits = np.packbits(frames.reshape(len(frames), -1) > 0, axis=1)
    return bits, list(frames.shape[1:])


def array_content(array: np.ndarray) -> bytes:
    """The .npy file of an array."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def joined_frames(sequences: Sequence[GaitSequence]) -> dict[str, np.ndarray]:
    """The frames of all sequences, one after another, for every modality that one of them has."""
    modalities = dict.fromkeys(name for sequence in sequences for name in sequence.frames)
    joined = {}
    for modality in modalities:
        having = [sequence for sequence in sequences if modality in sequence.frames]
        first = having[0].frames[modality]
        for sequence in having:
            array = sequence.frames[modality]
            if (array.dtype, array.shape[1:]) != (first.dtype, first.shape[1:]):
                raise DataError(
                    f"{modality} of {sequence.name} is {array.dtype} {array.shape[1:]} and of "
                    f"{having[0].name} {first.dtype} {first.shape[1:]}; a store holds one kind"
                )
        joined[modality] = np.concatenate([sequence.frames[modality] for sequence in having])
    return joined


def _complete_shard(folder: Path, shard: int, make: Maker, fingerprint: str) -> list[str]:
    """Write a shard unless it is there; the names of its modalities."""
    require_shared(folder)
    found = _finished(folder, shard, fingerprint)
    if found is not None:
        return found
    made = make()
    content = made if isinstance(made, Noted) else Noted(list(made))
    return _write_shard(folder, shard, content, fingerprint)


def _finished(folder: Path, shard: int, fingerprint: str) -> list[str] | None:
    """The modalities of a shard, if it is there, whole and of this content."""
    try:
        index = read_index(index_path(folder, shard))
        if index["fingerprint"] != fingerprint:
            return None
        for modality, expected in index["files"].items():
            check_file(array_path(folder, shard, modality), expected, checksum=True)
        return list(index["packed"])
    except (DataError, KeyError, TypeError, AttributeError):
        return None


def _write_shard(folder: Path, shard: int, content: Noted, fingerprint: str) -> list[str]:
    files, packed = {}, {}
    joined = joined_frames(content.sequences)
    while joined:
        modality = next(iter(joined))
        array, packed[modality] = packed_array(joined.pop(modality))
        npy = array_content(array)
        with written_whole(array_path(folder, shard, modality)) as part:
            part.write_bytes(npy)
        files[modality] = {"bytes": len(npy), "crc32": zlib.crc32(npy)}
    index = {
        "fingerprint": fingerprint,
        "packed": packed,
        "files": files,
        "sequences": [_entry(sequence, packed.keys()) for sequence in content.sequences],
        "notes": list(content.notes),
    }
    _write_json(index_path(folder, shard), index)
    return list(packed)


def _entry(sequence: GaitSequence, modalities: Iterable[str]) -> dict[str, Any]:
    without = [modality for modality in modalities if modality not in sequence.frames]
    entry = asdict(sequence.record) | {"length": len(sequence)}
    return entry | {"without": without} if without else entry


def _write_json(path: Path, content: dict[str, Any]) -> None:
    with written_whole(path) as part:
        part.write_text(json.dumps(content, indent=1), encoding="utf-8")
