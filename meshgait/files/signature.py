"""What a file is that is no data of ours: told by its first bytes."""

from __future__ import annotations

import re

_BEGINNINGS = (
    (b"\x89PNG", "a PNG picture"), (b"\xff\xd8\xff", "a JPEG picture"), (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"), (b"II*\x00", "a TIFF picture"), (b"MM\x00*", "a TIFF picture"),
    (b"\x1aE\xdf\xa3", "a video"), (b"%PDF", "a PDF"), (b"\x89HDF", "an HDF5 file"),
    (b"\x28\xb5\x2f\xfd", "packed by zstandard (zstd -d unpacks it)"),
    (b"\x04\x22\x4d\x18", "packed by LZ4 (lz4 -d unpacks it)"),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself (git lfs pull)"),
    (b"<!DOCTYPE html", "a web page"), (b"<!doctype html", "a web page"), (b"<html", "a web page"),
    (b"SQLite format 3\x00", "an SQLite database"), (b"MATLAB 5.0", "a MAT file of MATLAB"),
    (b"PAR1", "a Parquet table"), (b"\x7fELF", "a program"),
    (b"glTF", "a glTF model"), (b"7z\xbc\xaf", "a 7z archive"), (b"Rar!", "a RAR archive"),
)  # fmt: skip
_OF_TORCH = (b"data.pkl", b"byteorder", b"version", b".format_version")
_IN_LETTERS = re.compile(rb"\([dl]p?\d*\n|c[A-Za-z_][\w.]*\n[\w.]+\n|[]})]q")
_NAME, _LONGEST_NAME = 30, 200  # where an archive says what its first member is called
LONGEST = _NAME + _LONGEST_NAME
"""Bytes that the functions of this file look at."""


def signature(start: bytes) -> str | None:
    r"""What begins so, as in `a PNG picture`; None for what may be data.

    >>> signature(bytes.fromhex("89504e470d0a1a0a")), signature(b"\x93NUMPY")
    ('a PNG picture', None)
    """
    if not start:
        return "an empty file"
    if start[8:9] == b"{" and not any(start[4:8]):
        return "weights as safetensors"
    if start[4:8] == b"ftyp":
        return "a video"
    if start[:4] == b"RIFF":
        return {b"WEBP": "a WebP picture", b"AVI ": "a video"}.get(start[8:12], "a sound")
    return next((name for begin, name in _BEGINNINGS if start.startswith(begin)), None)


def broken_archive(start: bytes) -> str:
    """What an archive without an end was, by its first member, or another file that is none."""
    if start[:2] != b"PK":
        return signature(start) or "no archive"
    name = start[_NAME : _NAME + int.from_bytes(start[26:28], "little")]
    if name.endswith(b".npy"):
        return "an .npz that is cut short or damaged"
    if b"/" in name and name.split(b"/", 1)[1] in _OF_TORCH:
        return "a checkpoint of PyTorch that is cut short or damaged"
    return "a damaged archive"


def starts_pickle(start: bytes) -> bool:
    r"""Whether a pickle begins so: later protocols by a mark, the first ones in letters.

    >>> starts_pickle(b"(dp0\nVpose"), starts_pickle(b"(c) 2024"), starts_pickle(b"[1, 2]")
    (True, False, False)
    """
    return start[:1] == b"\x80" or _IN_LETTERS.match(start) is not None
