"""What all arithmetic here agrees on: precision, torch's modes, random streams, what is shown."""

from meshgait.numerics.chance import seed, stream
from meshgait.numerics.modes import (
    differentiable_once,
    in_full_precision,
    in_no_mode,
    made_once,
    uncompiled,
)
from meshgait.numerics.shown import show_shapes

__all__ = [
    "differentiable_once",
    "in_full_precision",
    "in_no_mode",
    "made_once",
    "seed",
    "show_shapes",
    "stream",
    "uncompiled",
]
