"""No two strides are the same: slow random functions of the gait cycle, added to every curve.

Within a trial, joint angles at equal phase differ by about 1.5 degrees from stride to stride
(`benchmarks/walkers.py`), step lengths by 2 to 3 percent (Hausdorff, J Neuroeng Rehabil 2, 2005).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicSpline

from meshgait.numerics import stream

DEGREES = 1.1  # of a curve of the upper body
STEP = 0.012  # metres, of a footprint
FOOT_DEGREES = 2  # of the pitch of a foot at heel strike and toe-off
LIFT = 0.003  # metres, of a foot in its swing
_REACH = 64  # cycles to either side of the middle of a clip
_KNOTS = 2  # a cycle

Samples = Float[np.ndarray, " N"]


class Variation:
    """Random functions by name, the same for the same seed; none at all without one."""

    def __init__(self, seed: int | None) -> None:
        self.seed = seed
        self._curves: dict[str, CubicSpline] = {}

    def at(self, name: str, cycle: Samples) -> Samples:
        """The function `name`: smooth, of deviation 1, nothing in common with other names."""
        if self.seed is None:
            return np.zeros_like(cycle)
        if name not in self._curves:
            generator = stream(f"variation of {name}", self.seed)
            knots = np.arange(-_REACH * _KNOTS, _REACH * _KNOTS + 1) / _KNOTS
            self._curves[name] = CubicSpline(knots, generator.standard_normal(len(knots)))
        return self._curves[name](np.clip(cycle, -_REACH, _REACH))

    def degrees(self, name: str, cycle: Samples) -> Samples:
        """Of a curve of the upper body."""
        return DEGREES * self.at(name, cycle)
