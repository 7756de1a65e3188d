"""The open benchmark: methods on SyntheticGait-Wild under one protocol and one budget."""

from meshgait.benchmark.ablation import ABLATIONS
from meshgait.benchmark.budget import PRESETS, Budget
from meshgait.benchmark.cost import forecast
from meshgait.benchmark.methods import SHORT, Method, all_methods, find_methods, shipped_methods
from meshgait.benchmark.run import run_benchmark

__all__ = [
    "ABLATIONS",
    "PRESETS",
    "SHORT",
    "Budget",
    "Method",
    "all_methods",
    "find_methods",
    "forecast",
    "run_benchmark",
    "shipped_methods",
]
