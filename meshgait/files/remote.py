"""Stores on object storage, such as s3://bucket/gait3d, read by a copy in the cache.

fsspec, which torch brings, speaks to the storage; for s3:// it wants s3fs, for gs:// gcsfs. A copy
is made once on a machine, whoever reads it, and followed up when the store was written anew.
Nothing is ever written to the storage.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm

from meshgait._optional import require
from meshgait.errors import DataError, DependencyError, MeshgaitError
from meshgait.files.lock import locked
from meshgait.files.storage import cache_dir, written_whole

# A scheme has two letters or more: one is a disk of Windows.
_URL = re.compile(r"([a-z][a-z0-9+.-]+):/{1,2}(?!/)(.+)")
_OURS = re.compile(
    r"([A-Za-z0-9_-]+/)?(protocols\.json|store\.json|\d{5,}(\.[a-z][a-z0-9_]*)?\.(json|npy))"
)
_HEADER = "store.json"


def url_of(path: str | Path) -> str | None:
    """The address that `path` is, or None for one on this machine.

    >>> url_of(Path("s3://bucket/gait3d")), url_of("gait3d")  # Path makes one slash of two
    ('s3://bucket/gait3d', None)
    """
    found = _URL.fullmatch(str(path))
    return None if found is None or Path(path).exists() else f"{found[1]}://{found[2]}"


def fetched(url: str) -> Path:
    """The copy of the store at `url`, or of those in the folders below it, as they are there now.

    Raises `DependencyError` where what speaks to that storage is not installed, `DataError` where
    nothing can be read or no store is found, and `StorageError` where the copy has no room.
    """
    fsspec = require("fsspec")
    copy = cache_dir() / "remote" / hashlib.sha256(url.encode()).hexdigest()[:16]
    try:
        files, root = fsspec.core.url_to_fs(url)
        there = _ours(files.find(root, detail=True), root)
        with locked(copy, wait=True):
            _follow(files, there, copy, url)
    except MeshgaitError:
        raise
    except ImportError as error:
        raise DependencyError(f"{url} cannot be read: {error}", code="package") from error
    except Exception as error:  # every storage has errors of its own
        text = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{url} cannot be read: {text}") from error
    return copy


def _ours(found: Mapping[str, Any], root: str) -> dict[str, tuple[str, int | None]]:
    """By the name below `root`, where a file of a store is and how long; no others."""
    names = {name: name.removeprefix(root).lstrip("/") for name in found}
    return {
        below: (name, found[name].get("size"))
        for name, below in names.items() if _OURS.fullmatch(below)
    }  # fmt: skip


def _follow(files: Any, there: Mapping[str, tuple[str, int | None]], copy: Path, url: str) -> None:
    """Make the copy what is there: headers last, since with its header a store is whole."""
    headers = {name: files.cat_file(there[name][0]) for name in there if name.endswith(_HEADER)}
    if not headers:
        raise DataError(f"{url} holds no store of meshgait prepare")
    for old in [*copy.glob(_HEADER), *copy.glob(f"*/{_HEADER}")]:
        if headers.get(old.relative_to(copy).as_posix()) != old.read_bytes():
            old.unlink()
            for part in old.parent.glob("[0-9]*"):
                part.unlink()
    missing = [
        (name, where) for name, (where, size) in there.items()
        if name not in headers and not _is_there(copy / name, size)
    ]  # fmt: skip
    for name, where in tqdm(missing, "fetch", unit="file", disable=None):
        with written_whole(copy / name) as part:
            files.get_file(where, str(part))
    for name, content in headers.items():
        with written_whole(copy / name) as part:
            part.write_bytes(content)


def _is_there(path: Path, size: int | None) -> bool:
    """Whether a file of this content has been fetched; protocols may change beside it."""
    if path.name == "protocols.json" or not path.is_file():
        return False
    return size is None or path.stat().st_size == size
