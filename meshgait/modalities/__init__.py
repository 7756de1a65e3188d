"""Gait representations, each a pure function of a mesh or of another representation."""

from meshgait.modalities.gei import gei
from meshgait.modalities.silhouette import is_visible, normalize_silhouette, silhouette

__all__ = ["gei", "is_visible", "normalize_silhouette", "silhouette"]
