"""Numpy's arrays in files and archives, judged by their headers before any memory is asked for."""

from __future__ import annotations

import io
import tokenize
import zipfile
import zlib
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

import numpy as np

from meshgait.errors import DataError, reason
from meshgait.files.limits import Budget, require_shape
from meshgait.files.pickled_arrays import native
from meshgait.files.restricted_pickle import loads

MAGIC = b"\x93NUMPY"
# All that numpy and zipfile were seen to raise for a damaged array or archive.
BROKEN = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OSError, EOFError, RuntimeError,
    NotImplementedError, OverflowError, MemoryError, zipfile.BadZipFile, zlib.error, SyntaxError,
    tokenize.TokenError,
)  # fmt: skip
_MOST_HEADER = 10_000  # letters; numpy asks its users to trust a file with more
_BLOCK = 1 << 20
_KINDS = "biufcSUmM"
_ENCRYPTED = 0x1  # a bit of a member's flags
_OF_MACOS = "__MACOSX/"  # where Finder puts what only it understands


def read_array(content: bytes | bytearray, *, objects: bool) -> Any:
    """The array of one .npy; of objects only with `objects`, read by `loads`.

    What a 0-dimensional array of objects holds is handed out itself.
    """
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    if int.from_bytes(content[8 : 10 if version == (1, 0) else 12], "little") > _MOST_HEADER:
        raise ValueError("an array with a header that is none")
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else (
        np.lib.format.read_array_header_2_0
    )  # fmt: skip
    shape, is_fortran, dtype = header(file)
    start = file.tell()
    if dtype.hasobject:
        if not objects:
            raise ValueError("an array of objects, which would be a pickle, is not read")
        found = loads(bytes(content[start:]), name="the array")
        is_single = isinstance(found, np.ndarray) and found.ndim == 0
        return found[()] if is_single else found
    if dtype.kind not in _KINDS:
        raise ValueError(f"an array of type {dtype} is not read")
    require_shape(shape, dtype.itemsize, len(content) - start)
    flat = np.frombuffer(content, dtype, offset=start)
    return native(flat.reshape(shape, order="F" if is_fortran else "C"), copy=False)


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytearray:
    """All bytes of one part of an archive, its checksum verified."""
    if member.flag_bits & _ENCRYPTED:
        raise DataError("it is encrypted; unpack the archive with its password first")
    content = bytearray(member.file_size)
    place = 0
    with archive.open(member) as file:
        while block := file.read(_BLOCK):
            content[place : place + len(block)] = block
            place += len(block)
    if place != member.file_size:
        raise ValueError(f"{member.filename} has {place} bytes of {member.file_size}")
    return content


def read_archive(
    file: BinaryIO, size: int, *, only: Collection[str] | None = None, objects: bool = False
) -> dict[str, Any]:
    """The arrays of an .npz of `size` bytes by their names, those in `only` where it is given."""
    with zipfile.ZipFile(file) as archive:
        members: dict[str, zipfile.ZipInfo] = {}
        for name, member in arrays_in(archive):
            if name in members:
                raise DataError(f"has two arrays called {name[:60]!r}")
            members[name] = member
        wanted = {name: m for name, m in members.items() if only is None or name in only}
        Budget(size).take(sum(member.file_size for member in wanted.values()))
        return {name: _read(archive, name, m, objects=objects) for name, m in wanted.items()}


def arrays_in(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """The arrays of an archive by their names; notes and folders beside them are none.

    Raises `DataError` where there is something, and no array.
    """
    members = archive.infolist()
    arrays = [
        member
        for member in members
        if member.filename.endswith(".npy") and not member.filename.startswith(_OF_MACOS)
    ]
    if members and not arrays:
        raise DataError(f"has no arrays: the first of its parts is {members[0].filename[:60]!r}")
    return ((member.filename.removesuffix(".npy"), member) for member in arrays)


def _read(archive: zipfile.ZipFile, name: str, member: zipfile.ZipInfo, *, objects: bool) -> Any:
    try:
        return read_array(read_member(archive, member), objects=objects)
    except DataError as error:
        raise type(error)(f"{name[:60]}: {error}") from error
    except zipfile.BadZipFile:
        raise
    except BROKEN as error:
        raise DataError(f"{name[:60]}: {reason(error)}") from error
