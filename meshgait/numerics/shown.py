"""How records of arrays are shown: by shapes, not by numbers."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

_MOST_ENTRIES = 3


def show_shapes(record: Any) -> str:
    """A dataclass as its `__repr__` writes it, with types and shapes in place of arrays.

    >>> import numpy as np
    >>> show(np.zeros((30, 64, 44), np.uint8))
    'uint8 (30, 64, 44)'
    """
    shown = (f"{field.name}={show(getattr(record, field.name))}" for field in fields(record))
    return f"{type(record).__name__}({', '.join(shown)})"


def show(value: Any) -> str:
    """An array or a tensor by type and shape, in lists and dictionaries, too."""
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape and dtype is not None:
        return f"{str(dtype).removeprefix('torch.')} {tuple(shape)}"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {show(entry)}' for key, entry in value.items())}}}"
    if isinstance(value, list) and len(value) > _MOST_ENTRIES:
        return f"[{show(value[0])}, ... {len(value)} entries]"
    return repr(value)
