"""What is in a file of unknown origin, told by its bytes and read without running any of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from meshgait.errors import DataError, reason
from meshgait.files.compressed import is_compressed
from meshgait.files.npy import BROKEN, MAGIC, read_array
from meshgait.files.pickled_tensors import starts_stream
from meshgait.files.regular import is_utf16, opened, parse_json, read_bytes, read_text
from meshgait.files.restricted_pickle import read_pickle, to_numpy
from meshgait.files.signature import LONGEST, signature, starts_pickle
from meshgait.files.storage import read_npz
from meshgait.files.torch_file import is_torch, read_torch

_MOST_KEYS = 12  # that an error lists


@dataclass(frozen=True)
class Text:
    """A file of text, and where it lies: a skeleton may lie beside a motion."""

    text: str
    path: Path


@dataclass(frozen=True)
class C3dFile:
    """A file whose first bytes are those of C3D."""

    path: Path


@dataclass(frozen=True)
class Folder:
    """The files of a folder by the ending of their names, in the order of their names."""

    files: Mapping[str, tuple[Path, ...]]


def read_content(path: str | Path) -> Any:
    """Dictionaries, lists and arrays of a file, or a `Text`, `C3dFile` or `Folder`.

    Raises `FileNotFoundError`, `DataError` for a damaged file and `UnsafeFileError` for one that
    would run code.
    """
    path = Path(path)
    if path.is_dir():
        return _folder(path)
    with opened(path) as file:
        start = file.read(LONGEST)
    if found := signature(start):
        raise DataError(f"{path} is {found}, in which nobody's bodies or points are")
    if start[:2] == b"PK" or starts_stream(start):
        is_weights = is_torch(path)
        return _to_numpy(read_torch(path, old=True)) if is_weights else read_npz(path, objects=True)
    if start[1:2] == b"\x50" and 0 < start[0] < 32:
        return C3dFile(path)
    if start.startswith(MAGIC):
        return _array(path)
    if starts_pickle(start) or not (_is_text(start[:8]) or is_utf16(start)):
        return read_pickle(path)
    text = read_text(path)
    return parse_json(text, name=str(path)) if text.lstrip()[:1] in ("{", "[") else Text(text, path)


def describe_content(value: Any, *, inside: bool = True) -> str:
    """What was found, for people: keys, shapes, and, if `inside`, the same of the first entry."""
    if isinstance(value, dict):
        keys = [str(key) for key in value]
        shown = ", ".join(keys[:_MOST_KEYS]) + (", ..." if len(keys) > _MOST_KEYS else "")
        inner = next(iter(value.values()), None)
        more = ""
        if inside and isinstance(inner, dict):
            more = f"; in the first, {describe_content(inner, inside=False)}"
        return f"a dictionary with the keys {shown}{more}" if keys else "an empty dictionary"
    if isinstance(value, (list, tuple)):
        first = describe_content(value[0], inside=False) if inside and value else ""
        return f"a list of {len(value)}" + (f", first {first}" if first else "")
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and type {value.dtype}"
    if isinstance(value, Folder):
        counts = ", ".join(f"{len(names)} {end or 'others'}" for end, names in value.files.items())
        return f"a folder with {counts or 'no files'}"
    if isinstance(value, Text):
        return f"text that begins with {value.text[:30]!r}"
    return "C3D" if isinstance(value, C3dFile) else f"a {type(value).__name__}"


def _folder(path: Path) -> Folder:
    files: dict[str, tuple[Path, ...]] = {}
    for file in sorted(path.iterdir()):
        if file.is_file() and not file.name.startswith("."):
            end = file.suffix.lower()
            files[end] = (*files.get(end, ()), file)
    return Folder(files)


def _is_text(start: bytes) -> bool:
    return not any(byte < 9 or 13 < byte < 32 for byte in start) and not is_compressed(start)


def _array(path: Path) -> Any:
    try:
        return read_array(read_bytes(path), objects=True)
    except DataError as error:
        raise type(error)(f"{path}: {error}") from error
    except BROKEN as error:
        raise DataError(f"{path} is not whole as an array: {reason(error)}") from error


def _to_numpy(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return to_numpy(value)
    if isinstance(value, dict):
        return {key: _to_numpy(entry) for key, entry in value.items()}
    return [_to_numpy(entry) for entry in value] if isinstance(value, (list, tuple)) else value
