"""What all arithmetic here agrees on: precision, torch's modes, random streams, what is shown."""

from meshgait.numerics.chance import seed, stream
from meshgait.numerics.modes import (
    differentiable_once,
    in_full_precision,
    in_no_mode,
    made_once,
    uncompiled,
)
from meshgait.numerics.precision import Precision, has_bf16, settle
from meshgait.numerics.shown import show_shapes

__all__ = [
    "Precision",
    "differentiable_once",
    "has_bf16",
    "in_full_precision",
    "in_no_mode",
    "made_once",
    "seed",
    "settle",
    "show_shapes",
    "stream",
    "uncompiled",
]
