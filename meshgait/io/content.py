"""What is in a file of unknown origin, told by its bytes and read without running any of it."""

from __future__ import annotations

import io
import json
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from meshgait.errors import DataError
from meshgait.files.compressed import MOST_BYTES, is_compressed
from meshgait.files.restricted_pickle import loads
from meshgait.files.signature import LONGEST, signature
from meshgait.files.storage import read_torch

_MOST_KEYS = 12  # that an error lists
# All that numpy, zipfile and json were seen to raise for damaged content.
_BROKEN = (
    ValueError, TypeError, KeyError, AttributeError, OSError, EOFError, RuntimeError,
    NotImplementedError, zipfile.BadZipFile, RecursionError, OverflowError, MemoryError, zlib.error,
    SyntaxError, tokenize.TokenError,
)  # fmt: skip


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
    with path.open("rb") as file:
        start = file.read(LONGEST)
    if found := signature(start):
        raise DataError(f"{path} is {found}, in which nobody's bodies or points are")
    if path.stat().st_size > MOST_BYTES:
        raise DataError(f"{path} has more than {MOST_BYTES} bytes, which no clip has")
    if start[:2] == b"PK":
        return _zip(path)
    if start[1:2] == b"\x50" and len(start) > 1 and 0 < start[0] < 32:
        return C3dFile(path)
    content = path.read_bytes()
    if start[:6] == b"\x93NUMPY":
        return _guarded(path, "an array", lambda: _array(content))
    return loads(content, name=str(path)) if not _is_text(start[:8]) else _text(path, content)


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


def _text(path: Path, content: bytes) -> Any:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is neither text nor an archive, array or pickle") from error
    if text.lstrip()[:1] in ("{", "["):
        return _guarded(path, "JSON", lambda: json.loads(text))
    return Text(text, path)


def _guarded(path: Path, kind: str, read: Any) -> Any:
    try:
        return read()
    except DataError as error:
        raise type(error)(f"{path}: {error}") from error
    except _BROKEN as error:
        raise DataError(f"{path} is not whole as {kind}: {error}") from error


def _zip(path: Path) -> Any:
    def read() -> Any:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if any(member.filename.endswith("data.pkl") for member in members):
                return None
            if sum(member.file_size for member in members) > MOST_BYTES:
                raise DataError(f"holds more than {MOST_BYTES} bytes")
            return {
                member.filename.removesuffix(".npy"): _array(archive.read(member))
                for member in members
            }

    arrays = _guarded(path, ".npz", read)
    return _to_numpy(read_torch(path)) if arrays is None else arrays


def _array(content: bytes) -> Any:
    """One .npy; what a 0-dimensional array of objects holds is handed out itself."""
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else (
        np.lib.format.read_array_header_2_0
    )  # fmt: skip
    _, _, dtype = header(file)
    if dtype.hasobject:
        found = loads(content[file.tell() :], name="the array")
        is_single = isinstance(found, np.ndarray) and found.ndim == 0
        return found[()] if is_single else found
    file.seek(0)
    return np.lib.format.read_array(file, allow_pickle=False)


def _to_numpy(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu()
        return (value.float() if value.dtype == torch.bfloat16 else value).numpy()
    if isinstance(value, dict):
        return {key: _to_numpy(entry) for key, entry in value.items()}
    return [_to_numpy(entry) for entry in value] if isinstance(value, (list, tuple)) else value
