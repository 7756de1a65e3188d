"""How numba kernels are compiled.

A kernel never calls one of another file: numba's disk cache would not notice that file's changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meshgait._optional import require

numba = require("numba", extra="fast")


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile at the first call, once per machine, to code that runs without Python's lock.

    numba keeps the machine code in NUMBA_CACHE_DIR, else beside the source, else in the user's
    cache folder; where none can be written it stays in memory.
    """
    options = {"nogil": True, "error_model": "numpy"}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no folder to cache in
        return numba.njit(**options)(function)
