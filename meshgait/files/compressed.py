"""Compressed bytes, told by how they begin, unpacked piece by piece up to a limit."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from typing import Any

from meshgait.errors import DataError
from meshgait.files.limits import TRUST, allowance

_BROKEN = (zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, MemoryError)
_PIECE = 1 << 16
_MOST_DICTIONARY = 128 << 20  # bytes that xz may remember; its highest level takes half of it


def decompress(content: bytes, *, name: str = "the file") -> bytes:
    """`content` itself, or what it holds if it is zlib, gzip, bzip2, xz or lzma.

    Several that follow each other are one, as for the programs of these names. Raises `DataError`
    for what is damaged, cut or would be larger than `limits.allowance` says.

    >>> decompress(zlib.compress(b"frames")), decompress(b"frames")
    (b'frames', b'frames')
    """
    if _unpacker(content[:8]) is None:
        return content
    try:
        return _unpack(content, allowance(len(content)), name)
    except DataError:
        raise
    except _BROKEN as error:
        raise DataError(f"{name} is compressed but damaged: {error}") from error


def is_compressed(start: bytes) -> bool:
    """Whether a file that begins with `start`, 8 bytes of it, is one that `decompress` unpacks."""
    return _unpacker(start) is not None


def _unpack(content: bytes, most: int, name: str) -> bytes:
    found = io.BytesIO()  # gives out what it holds without a copy
    unpacker, place, piece = _unpacker(content[:8]), 0, b""
    while not unpacker.eof or piece or place < len(content):
        if len(piece) < 8:
            piece += content[place : place + _PIECE]
            place += _PIECE
        if unpacker.eof:
            unpacker = _unpacker(piece[:8])
            if unpacker is None:
                raise DataError(f"{name} is compressed and followed by something else")
        if not piece:
            raise DataError(f"{name} is compressed and is cut short")
        piece = _feed(unpacker, piece, found, most, name)
    return found.getvalue()


def _feed(unpacker: Any, piece: bytes, found: io.BytesIO, most: int, name: str) -> bytes:
    """Unpack a piece into `found`; what of it lies behind the end."""
    while True:
        block = unpacker.decompress(piece, _PIECE)
        found.write(block)
        if found.tell() > most:
            raise DataError(
                f"{name} is compressed and holds more than {most} bytes; if you trust it, set "
                f"the environment variable {TRUST}=1 (or give --trust-size)",
                code="memory",
            )
        if unpacker.eof:
            return unpacker.unused_data
        piece = getattr(unpacker, "unconsumed_tail", b"")  # the others keep theirs
        if not piece and len(block) < _PIECE:
            return b""


def _unpacker(content: bytes) -> Any:
    if content[:1] == b"\x78" and len(content) > 1 and int.from_bytes(content[:2], "big") % 31 == 0:
        return zlib.decompressobj()
    if content.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(wbits=31)
    if content.startswith(b"BZh"):
        return bz2.BZ2Decompressor()
    if content.startswith((b"\xfd7zXZ", b"\x5d\x00\x00")):
        return lzma.LZMADecompressor(memlimit=_MOST_DICTIONARY)
    return None
