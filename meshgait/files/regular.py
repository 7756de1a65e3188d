"""Ordinary files only: a pipe would wait for ever, a device never ends."""

from __future__ import annotations

import codecs
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from meshgait.errors import DataError
from meshgait.files.limits import LEAST, MOST, RATIO, TRUST, Budget

_KINDS = (
    (stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"),
)  # fmt: skip
_MOST_DIGITS = 40  # of a whole number in JSON
# Bytes that Python spends on what these begin or separate, from above.
_COST_OF = {"[": 72, "{": 200, ",": 40}


def require_file(path: str | Path) -> os.stat_result:
    """Size and times of a file that can be read to its end.

    Raises `FileNotFoundError`, and `DataError` for all that is no ordinary file.
    """
    try:
        about = os.stat(path)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path} cannot be read: {reason}") from error
    if not stat.S_ISREG(about.st_mode):
        kind = next((name for test, name in _KINDS if test(about.st_mode)), "no file")
        raise DataError(f"{path} is {kind}, not a file that can be read")
    return about


@contextmanager
def opened(path: str | Path) -> Iterator[BinaryIO]:
    """An ordinary file, open for reading; errors as those of `require_file`."""
    require_file(path)
    try:
        file = open(path, "rb")  # noqa: SIM115
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    with file:
        yield file


def read_bytes(path: str | Path, *, most: int = MOST) -> bytes:
    """All bytes of an ordinary file that has no more than `most`; else `DataError`.

    A file that takes less than a sixteenth of its size on the disk is mostly holes: it is counted
    as a small file that asks for much.
    """
    about = require_file(path)
    if about.st_size > most and not os.environ.get(TRUST):
        raise DataError(
            f"{path} has {about.st_size} bytes, more than {most}; if you trust it, set the "
            f"environment variable {TRUST}=1 (or give --trust-size)",
            code="memory",
        )
    with opened(path) as file:
        # Windows counts no blocks.
        stored = 512 * about.st_blocks if hasattr(about, "st_blocks") else about.st_size
        if about.st_size > LEAST and RATIO * stored < about.st_size and (stored or _is_hole(file)):
            raise DataError(f"{path} is mostly holes: {stored} of {about.st_size} bytes are there")
        return file.read(about.st_size)


def _is_hole(file: BinaryIO) -> bool:
    """Whether nothing of a file was written; systems that count no blocks say no."""
    try:
        os.lseek(file.fileno(), 0, os.SEEK_DATA)
        file.seek(0)
    except OSError:
        return True
    return False


def read_text(path: str | Path, *, most: int = LEAST) -> str:
    """A file of UTF-8 text, or of UTF-16 that says so; the mark in front of it is left out."""
    content = read_bytes(path, most=most)
    try:
        return content.decode("utf-16" if is_utf16(content) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} cannot be read as text: {error}") from error


def is_utf16(start: bytes) -> bool:
    """Whether a file begins with the mark of UTF-16, as Windows writes text."""
    return start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def read_json(path: str | Path, *, most: int = LEAST) -> Any:
    """What a JSON file says; `DataError` for any other, and where a key is given twice."""
    return parse_json(read_text(path, most=most), name=str(path))


def parse_json(text: str, *, name: str) -> Any:
    """As `read_json`, of a text; `name` is what errors call it.

    >>> parse_json('{"a": [1, 2.5]}', name="x")
    {'a': [1, 2.5]}
    """
    try:
        Budget(len(text)).take(sum(text.count(mark) * cost for mark, cost in _COST_OF.items()))
        return json.loads(text, parse_int=_whole_number, object_pairs_hook=_object)
    except RecursionError as error:
        raise DataError(f"{name} is no JSON that can be read: it is nested too deeply") from error
    except MemoryError as error:
        raise DataError(f"{name} asks for more memory than there is") from error
    except DataError as error:
        raise DataError(f"{name}: {error}") from error
    except ValueError as error:
        raise DataError(f"{name} is no JSON: {error}") from error


def _whole_number(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise DataError(f"a number of {len(digits)} digits is none")
    return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for i, key in enumerate(keys) if key in keys[:i])
        raise DataError(f"the key {twice[:60]!r} is given twice")
    return found
