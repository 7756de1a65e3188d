"""Data sets in the folders that their owners give out."""

from meshgait.data.layouts.layout import ClipFiles, Finding, Layout, Survey

__all__ = ["ClipFiles", "Finding", "Layout", "Survey"]
