"""Tensors by name as safetensors keeps them: a header in JSON, then their bytes; nothing to run."""

from __future__ import annotations

from collections.abc import Mapping
from json import dumps
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from meshgait.errors import ConfigError, DataError
from meshgait.files.limits import require_shape
from meshgait.files.regular import opened, parse_json, read_bytes
from meshgait.files.storage import written_whole

TYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8,
    "U8": torch.uint8, "BOOL": torch.bool, "U16": torch.uint16, "U32": torch.uint32,
    "U64": torch.uint64, "C64": torch.complex64, "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
}  # fmt: skip
_NAMES = {dtype: name for name, dtype in TYPES.items()}
_LENGTH = 8  # bytes that say how long the header is
_MOST_HEADER = 1 << 24  # bytes: a hundred thousand tensors
_ABOUT = "__metadata__"


def read_safetensors(path: str | Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a file by their names, on the CPU, and the texts that go with them.

    Raises `FileNotFoundError`, and `DataError` for a file that is damaged, of another kind, or of a
    type of number that is not read; no more memory is asked for than the file has bytes.
    """
    content = memoryview(read_bytes(path))
    try:
        return _read(content, str(path))
    except DataError as error:
        text = str(error)
        raise type(error)(
            text if text.startswith(str(path)) else f"{path} is no whole safetensors file: {text}"
        ) from error


def _read(content: memoryview, name: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    header, data = _split(content, name)
    about = header.pop(_ABOUT, {})
    if not isinstance(about, dict) or not all(isinstance(v, str) for v in about.values()):
        raise DataError(f"its {_ABOUT} is more than texts by name")
    return _tensors(header, data), about


def is_safetensors(path: str | Path) -> bool:
    """Whether a file begins as one does: the length of a header, and its first letter."""
    with opened(path) as file:
        start = file.read(_LENGTH + 1)
    return starts_safetensors(start)


def starts_safetensors(start: bytes) -> bool:
    """As `is_safetensors`, of the first bytes of a file."""
    return start[_LENGTH : _LENGTH + 1] == b"{" and _length(start) <= _MOST_HEADER


def _length(start: bytes | memoryview) -> int:
    return int.from_bytes(start[:_LENGTH], "little")


def _split(content: memoryview, name: str) -> tuple[dict[str, Any], memoryview]:
    length = _length(content)
    end = _LENGTH + length
    if len(content) < _LENGTH or length > _MOST_HEADER or end > len(content):
        raise DataError(f"a header of {length} bytes does not fit a file of {len(content)}")
    if bytes(content[_LENGTH : _LENGTH + 1]) != b"{":
        raise DataError("its header is no JSON object")
    try:
        text = bytes(content[_LENGTH:end]).decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"its header is no text: {error}") from error
    header = parse_json(text, name=f"the header of {name}")
    return header, content[end:]


def _tensors(header: dict[str, Any], data: memoryview) -> dict[str, Tensor]:
    """Those that the header describes; together they fill the data, without holes."""
    entries = {name: _entry(name, entry, len(data)) for name, entry in header.items()}
    place = 0
    for _, _, start, end in sorted(entries.values(), key=lambda entry: entry[2:]):
        if start != place:  # known before anything is copied: many could share their bytes
            raise DataError("its tensors overlap, or leave bytes between them")
        place = end
    if place != len(data):
        raise DataError(f"{len(data) - place} bytes belong to no tensor")
    return {
        name: _tensor(data[start:end], dtype, shape, name)
        for name, (dtype, shape, start, end) in entries.items()
    }


def _entry(name: str, entry: Any, size: int) -> tuple[torch.dtype, list[int], int, int]:
    """Type, shape and place of a tensor, which fit each other."""
    shown = repr(name[:60])
    try:
        dtype, shape = entry["dtype"], entry["shape"]
        start, end = entry["data_offsets"]
    except (TypeError, KeyError, ValueError) as error:
        raise DataError(f"{shown} has no dtype, shape and data_offsets") from error
    if not isinstance(dtype, str) or dtype not in TYPES:
        raise DataError(f"{shown} is of type {dtype!r}, which is not read ({', '.join(TYPES)})")
    if not all(type(x) is int for x in (start, end)) or not 0 <= start <= end <= size:
        raise DataError(f"{shown} lies beyond the end of the file")
    try:
        require_shape(shape, TYPES[dtype].itemsize, end - start)
    except (TypeError, ValueError) as error:
        raise DataError(f"{shown}: {error}") from error
    return TYPES[dtype], shape, start, end


def _tensor(data: memoryview, dtype: torch.dtype, shape: list[int], name: str) -> Tensor:
    if not len(data):
        return torch.empty(shape, dtype=dtype)
    flat = torch.frombuffer(bytearray(data), dtype=torch.uint8)
    if dtype is torch.bool and int(flat.max()) > 1:
        raise DataError(f"{name[:60]!r} holds what is neither true nor false")
    return flat.view(dtype).reshape(shape)


def write_safetensors(
    path: str | Path, tensors: Mapping[str, Tensor], about: Mapping[str, str] | None = None
) -> None:
    """Write tensors by name, and texts that go with them, whole or not at all.

    Raises `ConfigError` for a type of number that the format does not have.
    """
    for name, tensor in tensors.items():
        if tensor.dtype not in _NAMES or tensor.layout is not torch.strided or name == _ABOUT:
            raise ConfigError(f"{name} ({tensor.dtype}) cannot be written as safetensors")
    # The widest numbers first: then each begins at a multiple of its size.
    order = sorted(tensors, key=lambda name: (-tensors[name].element_size(), name))
    header: dict[str, Any] = {_ABOUT: dict(about)} if about else {}
    place = 0
    for name in order:
        tensor = tensors[name]
        end = place + tensor.numel() * tensor.element_size()
        header[name] = {
            "dtype": _NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [place, end]
        }  # fmt: skip
        place = end
    text = dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _LENGTH)
    with written_whole(path) as part, part.open("wb") as file:
        file.write(len(text).to_bytes(_LENGTH, "little") + text)
        for name in order:
            flat = tensors[name].detach().cpu().reshape(-1).contiguous()
            file.write(flat.view(torch.uint8).numpy().tobytes())
