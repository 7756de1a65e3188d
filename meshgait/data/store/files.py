"""The files of a store: their names, and whether they are whole."""

from __future__ import annotations

import os
import re
import zlib
from pathlib import Path
from typing import Any

from meshgait.errors import DataError
from meshgait.files.regular import read_json

Stamp = tuple[int, int, int]


def stamp_of(file: Path | int) -> Stamp:
    """What becomes another when a file, or that of a handle, is written anew."""
    found = os.stat(file)
    return found.st_ino, found.st_size, found.st_mtime_ns


def require_stamp(found: Stamp | None, stamp: Stamp, path: Path) -> None:
    """Raise `DataError` unless a file is the one that was there when its store was opened."""
    if found != stamp:
        raise DataError(
            f"{path} was written anew or removed while its store is read; open the store again "
            "when nobody writes into it"
        )


def check_file(path: Path, expected: dict[str, int], *, checksum: bool) -> Stamp:
    """Raise `DataError` unless the file has the length and, if asked, the checksum expected."""
    if not path.is_file():
        raise DataError(f"{path} is missing")
    stamp = stamp_of(path)
    if stamp[1] != expected["bytes"]:
        raise DataError(f"{path} has {stamp[1]} bytes, expected {expected['bytes']!r}")
    if checksum and _checksum(path) != expected["crc32"]:
        raise DataError(f"{path} is damaged: its checksum differs")
    return stamp


def index_path(folder: Path, shard: int) -> Path:
    """The file that says what a shard holds."""
    return folder / f"{shard:05d}.json"


def array_path(folder: Path, shard: int, modality: str) -> Path:
    """The file of a modality's frames; `DataError` for a name that is none."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", modality):
        raise DataError(f"{modality!r} in an index of {folder} is not the name of a modality")
    return folder / f"{shard:05d}.{modality}.npy"


def read_index(path: Path) -> dict[str, Any]:
    """A JSON object; `DataError` when the file holds anything else."""
    try:
        content = read_json(path)
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing: the store is not complete") from error
    except DataError as error:
        told = str(error).removeprefix(str(path)).removeprefix(":").strip()
        raise DataError(f"{path} is damaged ({told})") from error
    if not isinstance(content, dict):
        raise DataError(f"{path} is damaged: it is not an index")
    return content


def _checksum(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            value = zlib.crc32(block, value)
    return value
