"""Bytes in and out: written whole, read as if hostile."""

from meshgait.files.compressed import decompress
from meshgait.files.limits import allowance
from meshgait.files.regular import opened, read_bytes, read_json, read_text, require_file
from meshgait.files.restricted_pickle import read_pickle
from meshgait.files.stand_ins import Placeholder
from meshgait.files.storage import cache_dir, read_npz, write_npz, written_whole
from meshgait.files.torch_file import read_torch

__all__ = [
    "Placeholder",
    "allowance",
    "cache_dir",
    "decompress",
    "opened",
    "read_bytes",
    "read_json",
    "read_npz",
    "read_pickle",
    "read_text",
    "read_torch",
    "require_file",
    "write_npz",
    "written_whole",
]
