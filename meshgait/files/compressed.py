"""Compressed bytes, told by how they begin, unpacked up to a limit."""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import Any

from meshgait.errors import DataError

MOST_BYTES = 2 << 30  # a clip of parameters has megabytes; a bomb has more than this

_BROKEN = (zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)


def decompress(content: bytes, *, name: str = "the file") -> bytes:
    """`content` itself, or what it holds if it is zlib, gzip, bzip2, xz or lzma.

    Raises `DataError` for what is damaged, cut or would be larger than `MOST_BYTES`.

    >>> decompress(zlib.compress(b"frames")), decompress(b"frames")
    (b'frames', b'frames')
    """
    unpacker = _unpacker(content)
    if unpacker is None:
        return content
    try:
        found = unpacker.decompress(content, MOST_BYTES)
        is_whole = unpacker.eof
    except _BROKEN as error:
        raise DataError(f"{name} is compressed but damaged: {error}") from error
    if not is_whole:
        too_large = len(found) >= MOST_BYTES
        reason = f"holds more than {MOST_BYTES} bytes" if too_large else "is cut short"
        raise DataError(f"{name} is compressed and {reason}")
    return found


def is_compressed(start: bytes) -> bool:
    """Whether a file that begins with `start`, 8 bytes of it, is one that `decompress` unpacks."""
    return _unpacker(start) is not None


def _unpacker(content: bytes) -> Any:
    if content[:1] == b"\x78" and len(content) > 1 and int.from_bytes(content[:2], "big") % 31 == 0:
        return zlib.decompressobj()
    if content.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(wbits=31)
    if content.startswith(b"BZh"):
        return bz2.BZ2Decompressor()
    if content.startswith((b"\xfd7zXZ", b"\x5d\x00\x00")):
        return lzma.LZMADecompressor()
    return None
