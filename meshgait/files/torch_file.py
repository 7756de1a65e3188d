"""Files of `torch.save`, of today and from before torch 1.6, read without running any of them."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

import torch

from meshgait.errors import DataError, UnsafeFileError, reason
from meshgait.files.limits import Budget
from meshgait.files.npy import read_member
from meshgait.files.pickled_tensors import Storages, read_stream, starts_stream
from meshgait.files.regular import opened, read_bytes, require_file
from meshgait.files.restricted_pickle import Finish, guarded, make_machine

# All that torch was seen to raise for content that contradicts itself.
BROKEN_TORCH = (
    RuntimeError, EOFError, OSError, ValueError, KeyError, TypeError, IndexError, AttributeError,
    zipfile.BadZipFile,
)  # fmt: skip
_START = 64  # bytes
_MAIN, _SCRIPT = "/data.pkl", "/constants.pkl"


def is_torch(path: str | Path) -> bool:
    """Whether a file is one of `torch.save`, told by its content; errors as `require_file`."""
    with opened(path) as file:
        if starts_stream(file.read(_START)):
            return True
        try:
            with zipfile.ZipFile(file) as archive:
                return any(name.endswith(_MAIN) for name in archive.namelist())
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            return False


def read_torch(path: str | Path, *, old: bool = False, inert: bool = False) -> Any:
    """What `torch.save` wrote, on the CPU: tensors, plain values and containers of them.

    Every checksum is verified; `old` admits files from before torch 1.6, which have none. With
    `inert` everything else becomes a `Placeholder`, and nothing of it is imported or run.

    Raises `FileNotFoundError`, `DataError` for a damaged file or one of another kind, and without
    `inert` `UnsafeFileError` for one that holds anything else.
    """
    size = require_file(path).st_size

    def load() -> Any:
        with opened(path) as file:
            if file.read(4) == b"PK\x03\x04":
                with zipfile.ZipFile(file) as archive:
                    return _from_archive(archive, size, inert)
        if not old:
            raise DataError("is not a whole checkpoint: it is no archive of torch")
        stream = io.BytesIO(read_bytes(path))
        found, machine = read_stream(make_machine(stream, size, inert=inert))
        return Finish(machine, tensors=lambda tensor: tensor)(found)

    def load_whole() -> Any:
        try:
            return load()
        except UnsafeFileError as error:
            raise UnsafeFileError(str(error).removeprefix("the pickle ")) from error
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError) as error:
            raise DataError(f"is not a whole checkpoint: {reason(error)}") from error

    return guarded(load_whole, str(path))


def _from_archive(archive: zipfile.ZipFile, size: int, inert: bool) -> Any:
    members = {member.filename: member for member in archive.infolist()}
    if len(members) < len(archive.infolist()):
        raise DataError("is damaged: two of its parts have one name")
    Budget(size).take(sum(member.file_size for member in members.values()))
    mains = [name for name in members if name.endswith(_MAIN)]
    if len(mains) != 1:
        raise DataError("is not a whole checkpoint: it is no archive of torch")
    folder = mains[0].removesuffix(_MAIN)
    if folder + _SCRIPT in members:
        raise UnsafeFileError("is a program of TorchScript, which is not read; give its weights")
    damaged = archive.testzip()
    if damaged is not None:
        raise DataError(f"is damaged: the checksum of {damaged} is wrong")
    order = folder + "/byteorder"
    if order in members and archive.read(order).strip() != b"little":
        raise DataError("was written on a machine with another order of bytes")
    storages = Storages()
    program = io.BytesIO(archive.read(mains[0]))
    machine = make_machine(program, size, inert=inert, persistent=storages)
    found = machine.run()
    for key, storage in storages.by_key.items():
        member = members.get(f"{folder}/data/{key}")
        if member is None or member.file_size != storage.bytes:
            raise DataError(f"is damaged: the numbers of {key[:40]!r} are missing or cut")
        storage.read(read_member(archive, member))
    return Finish(machine, tensors=lambda tensor: tensor)(found)


def to_plain_tensor(value: torch.Tensor) -> torch.Tensor:
    """The tensor itself, if all its numbers are there; `DataError` says why not."""
    if value.layout is not torch.strided:
        raise DataError(f"is {str(value.layout).removeprefix('torch.')}, not dense")
    if value.is_quantized or value.device.type == "meta" or value.is_nested:
        raise DataError("has no numbers of its own")
    stored = value.untyped_storage().nbytes() // value.element_size()
    if value.numel() > max(stored, 1 << 20):
        raise DataError(f"of shape {tuple(value.shape)} repeats {stored} numbers")
    return value
