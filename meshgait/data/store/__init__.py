"""A split of a data set in one place: arrays one after another, and an index."""

from meshgait.data.store.read import Store
from meshgait.data.store.write import write_store

__all__ = [
    "Store",
    "write_store",
]
