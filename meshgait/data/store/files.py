"""The files of a store: their names, and whether they are whole."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import Any

from meshgait.errors import DataError
from meshgait.files.regular import read_json


def check_file(path: Path, expected: dict[str, int], *, checksum: bool) -> None:
    """Raise `DataError` unless the file has the length and, if asked, the checksum expected."""
    if not path.is_file():
        raise DataError(f"{path} is missing")
    if path.stat().st_size != expected["bytes"]:
        raise DataError(f"{path} has {path.stat().st_size} bytes, expected {expected['bytes']!r}")
    if checksum and _checksum(path) != expected["crc32"]:
        raise DataError(f"{path} is damaged: its checksum differs")


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
        raise DataError(f"{path} is damaged: {error}") from error
    if not isinstance(content, dict):
        raise DataError(f"{path} is damaged: it is not an index")
    return content


def _checksum(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            value = zlib.crc32(block, value)
    return value
