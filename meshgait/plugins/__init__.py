"""Things of other packages by the names that a user types."""

from meshgait.plugins.registry import Registry
from meshgait.plugins.typed import import_typed, is_typed

__all__ = ["Registry", "import_typed", "is_typed"]
