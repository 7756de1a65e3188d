"""Data sets in the folders that their owners give out."""

from meshgait.data.layouts.find import ALL_LAYOUTS, LAYOUTS, find_layout
from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.layout import ClipFiles, Finding, Layout, Survey
from meshgait.data.layouts.partition import Partition, read_partition

__all__ = [
    "ALL_LAYOUTS",
    "LAYOUTS",
    "ClipFiles",
    "Finding",
    "FolderLayout",
    "Layout",
    "Partition",
    "Survey",
    "find_layout",
    "read_partition",
]
