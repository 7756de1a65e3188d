"""How numba kernels are compiled.

A kernel never calls one of another file: numba's disk cache would not notice that file's changes.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from meshgait._optional import require
from meshgait.errors import DependencyError

numba = require("numba", extra="fast")
caching = require("numba.core.caching", extra="fast")

if numba.config.DISABLE_JIT:
    raise DependencyError(
        "numba compiles nothing while the environment variable NUMBA_DISABLE_JIT is set; unset it",
        code="package",
    )

_LOST = (OSError, EOFError, pickle.UnpicklingError)


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile at the first call, once per machine, to code that runs without Python's lock.

    numba keeps the machine code in NUMBA_CACHE_DIR, else beside the source, else in the user's
    cache folder; where none can be written it stays in memory.
    """
    return _compiled(function, fastmath=False)


def fused_kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """As `kernel`; a product and the sum it enters are rounded once where the processor can."""
    return _compiled(function, fastmath={"contract"})


def _compiled(function: Callable[..., Any], fastmath: bool | set[str]) -> Callable[..., Any]:
    compiled = numba.njit(nogil=True, error_model="numpy", fastmath=fastmath)(function)
    with suppress(RuntimeError):  # no folder to cache in
        compiled._cache = _Cache(function)
    return compiled


class _Cache(caching.FunctionCache):
    """On disk as far as the disk can be read and written: a full one costs time, not the work."""

    def load_overload(self, signature: Any, target: Any) -> Any:
        with suppress(*_LOST):
            return super().load_overload(signature, target)
        return None

    def save_overload(self, signature: Any, code: Any) -> None:
        with suppress(*_LOST):
            super().save_overload(signature, code)
