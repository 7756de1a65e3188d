"""What a file of unknown origin may cost, before anything is allocated for it."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from meshgait.errors import DataError

LEAST = 256 << 20
"""Bytes that any file may become, however small it is."""
RATIO = 16
"""A larger file may become so many times its size, and never more than `MOST` beside itself."""
MOST = 2 << 30
"""Bytes; also of a file that is read as a whole."""
TRUST = "MESHGAIT_TRUST_SIZE"
"""Set to anything, this environment variable lifts all of these limits."""

_MOST_EMPTY = 1 << 24  # entries along an axis of an array that has none at all


@contextmanager
def trusted(*, wanted: bool = True) -> Iterator[None]:
    """Lift the limits here and in processes that are started here, if that is `wanted`."""
    before = os.environ.get(TRUST)
    if wanted:
        os.environ[TRUST] = "1"
    try:
        yield
    finally:
        if wanted:
            os.environ.pop(TRUST)
            os.environ.update({TRUST: before} if before else {})


def allowance(size: int) -> int:
    """How many bytes of memory a file of `size` bytes may ask for.

    Its size, and beside that `LEAST`, or `RATIO` times its size up to `MOST` where that is more.

    >>> allowance(0) == LEAST
    True
    """
    if os.environ.get(TRUST):
        return sys.maxsize
    return size + max(LEAST, min(RATIO * size, MOST))


class Budget:
    """The memory that the content of one file may still ask for."""

    def __init__(self, size: int) -> None:
        self.left = allowance(size)

    def take(self, count: int) -> None:
        """Raise `DataError` if there are not `count` bytes left."""
        self.left -= count
        if self.left < 0:
            raise DataError(
                "asks for far more memory than a file of its size should; if you trust it, set "
                f"the environment variable {TRUST}=1 (or give --trust-size)",
                code="memory",
            )


def require_shape(shape: Sequence[object], itemsize: int, count: int) -> None:
    """Raise `ValueError` unless an array of this shape has exactly `count` bytes."""
    if not all(type(x) is int and x >= 0 for x in shape):
        raise ValueError("an array with a shape that is none")
    sizes = [x for x in shape if isinstance(x, int)]
    if math.prod(sizes) * itemsize != count or max(sizes, default=0) > max(count, _MOST_EMPTY):
        raise ValueError(f"an array of shape {tuple(sizes)} has {count} bytes")
