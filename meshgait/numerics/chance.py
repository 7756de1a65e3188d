"""Random numbers by name: streams that never meet, whatever else is drawn."""

from __future__ import annotations

import hashlib

import numpy as np


def stream(name: str, *keys: int) -> np.random.Generator:
    """Random numbers of their own for every name and every list of whole numbers.

    NumPy's `default_rng((0, 5))` and `default_rng((0, 5, 0))` draw the same, as do
    `default_rng(2**32)` and `default_rng((0, 1))`; here names and keys are hashed as they are
    written.

    >>> [int(stream("person", *keys).integers(100)) for keys in ((0, 5), (0, 5, 0))]
    [61, 37]
    """
    return np.random.default_rng(seed(name, *keys))


def seed(name: str, *keys: int) -> int:
    """A number below 2**63, as torch takes it, for the stream of that name and these keys."""
    text = repr((name, *map(int, keys)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
