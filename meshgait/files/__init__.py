"""Bytes in and out: written whole, read as if hostile."""

from meshgait.files.compressed import decompress
from meshgait.files.restricted_pickle import read_pickle
from meshgait.files.storage import cache_dir, read_npz, read_torch, write_npz, written_whole

__all__ = [
    "cache_dir",
    "decompress",
    "read_npz",
    "read_pickle",
    "read_torch",
    "write_npz",
    "written_whole",
]
