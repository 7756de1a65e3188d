"""The networks as a collection: what each eats, costs and reached, and where else it runs."""

import sys
from typing import TYPE_CHECKING

from meshgait._lazy import when_touched

if TYPE_CHECKING:
    from meshgait.zoo.catalogue import cost_of
    from meshgait.zoo.cost import Cost, count_cost
    from meshgait.zoo.export import Support, check_onnx, to_onnx, to_program
    from meshgait.zoo.inputs import random_clips
    from meshgait.zoo.results import RESULTS, Result, results_of

__all__ = [
    "RESULTS",
    "Cost",
    "Result",
    "Support",
    "check_onnx",
    "cost_of",
    "count_cost",
    "random_clips",
    "results_of",
    "to_onnx",
    "to_program",
]

__getattr__, __dir__ = when_touched(sys.modules[__name__])
