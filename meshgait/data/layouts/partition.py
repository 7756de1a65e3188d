"""The official lists of who trains, who is tested and what is searched for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meshgait.errors import DataError
from meshgait.files.regular import read_json

_MOST_BYTES = 1 << 26  # that of GREW has less than a megabyte
_KEYS = ("TRAIN_SET", "TEST_SET")


@dataclass(frozen=True)
class Partition:
    """People of training and test, and the names of probes or gallery where they are listed."""

    train: frozenset[str]
    test: frozenset[str]
    probes: frozenset[str] = frozenset()
    gallery: frozenset[str] = frozenset()

    def split(self, subject: str) -> str | None:
        """The list, "train" or "test", or `None` for a person in neither list."""
        if subject in self.train:
            return "train"
        return "test" if subject in self.test else None


def read_partition(path: Path) -> Partition:
    """A JSON with TRAIN_SET, TEST_SET, perhaps PROBE_SET and GALLERY_SET, as OpenGait's.

    Raises `DataError` for another file, for a name that leads out of its folder, and for a person
    who is in both lists.
    """
    content = read_json(path, most=_MOST_BYTES)
    if not isinstance(content, dict) or not all(key in content for key in _KEYS):
        found = ", ".join(map(str, content))[:80] if isinstance(content, dict) else "no dictionary"
        raise DataError(f"{path} must have the keys {' and '.join(_KEYS)}; it has {found}")
    train, test, probes, gallery = (
        _names(path, key, content.get(key, [])) for key in (*_KEYS, "PROBE_SET", "GALLERY_SET")
    )
    both = sorted(train & test)
    if both:
        raise DataError(f"{path} has {both[0]} and {len(both) - 1} more both in training and test")
    return Partition(train, test, probes, gallery)


def _names(path: Path, key: str, content: Any) -> frozenset[str]:
    if not isinstance(content, list) or not all(isinstance(name, str) for name in content):
        raise DataError(f"{path}: {key} must be a list of names")
    for name in content:
        if not name or name.startswith(".") or any(mark in name for mark in "/\\\0"):
            raise DataError(f"{path}: {key} names {name!r}, which is no name of a folder")
    return frozenset(content)
