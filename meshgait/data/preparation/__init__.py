"""From the folders of a data set to stores."""

from meshgait.data.preparation.prepare import prepare
from meshgait.data.preparation.summary import Preparation

__all__ = [
    "Preparation",
    "prepare",
]
