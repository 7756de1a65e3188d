"""What all arithmetic here agrees on: precision, torch's modes, random streams."""

from meshgait.numerics.chance import seed, stream
from meshgait.numerics.modes import (
    differentiable_once,
    in_full_precision,
    in_no_mode,
    made_once,
    uncompiled,
)

__all__ = [
    "differentiable_once",
    "in_full_precision",
    "in_no_mode",
    "made_once",
    "seed",
    "stream",
    "uncompiled",
]
