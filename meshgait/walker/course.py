"""Progress along a route: when each gait cycle happens, and where on the floor.

Step length grows with speed to the power of 0.59, that of CMU's captured walkers (Grieve and Gear,
Ergonomics 9, 1966: 0.58). At 1.25 m/s it lies between theirs and that of the 51 adults of the BMC
Lab (CC BY 4.0; tests/golden/normative.csv, where a test compares).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.integrate import cumulative_trapezoid

from meshgait.walker.identity import Identity
from meshgait.walker.route import Route

GRAVITY = 9.81  # m / s^2
# Step length in leg lengths is STEP[0] * froude ** STEP[1], froude = speed / sqrt(g * leg length).
STEP = (1.250, 0.59)
MARGIN = 3.0  # cycles that are known before and after the clip
_GRID = 100  # samples per cycle

Samples = Float[np.ndarray, " N"]


@dataclass(frozen=True, eq=False)
class Course:
    """Time (s), distance (m), heading (radians), floor position (x, z) and speed by gait cycle.

    `cycle` counts from the middle of the clip, where time, distance and position are 0.
    """

    cycle: Samples
    time: Samples
    distance: Samples
    heading: Samples
    position: Float[np.ndarray, "N 2"]
    speed: Samples

    @classmethod
    def plan(cls, identity: Identity, leg_length: float, route: Route, seconds: float) -> Course:
        """Walk `route` for `seconds` seconds, and some more before and after."""
        half = int(_GRID * (MARGIN + 0.75 * seconds))  # nobody takes 1.5 cycles a second
        cycle = np.arange(-half, half + 1) / _GRID  # the same samples, however long the clip is
        speed = route.relative_speed(cycle) * identity.trait("comfortable_speed")
        froude = speed / np.sqrt(GRAVITY * leg_length)
        ratio = STEP[0] * froude ** STEP[1] * np.exp(identity.trait("log_step_ratio"))
        stride = 2 * ratio * leg_length
        time = _integrate(stride / speed + route.relative_delay(cycle), cycle)
        distance = _integrate(stride, cycle)
        heading = route.direction(cycle, distance)
        x, z = (_integrate(stride * part, cycle) for part in (np.sin(heading), np.cos(heading)))
        return cls(cycle, time, distance, heading, np.stack([x, z], axis=1), speed)

    def cycle_at(self, time: Samples) -> Samples:
        """Gait cycle at a time in seconds."""
        return np.interp(time, self.time, self.cycle)

    def at(self, cycle: Samples) -> tuple[Float[np.ndarray, "M 2"], Samples, Samples]:
        """Position, heading and speed at `cycle`."""
        x, z, heading, speed = (
            np.interp(cycle, self.cycle, values)
            for values in (*self.position.T, self.heading, self.speed)
        )
        return np.stack([x, z], axis=-1), heading, speed


def _integrate(rate: Samples, cycle: Samples) -> Samples:
    """Integral over the cycles that is 0 in the middle."""
    total = cumulative_trapezoid(rate, cycle, initial=0)
    return total - total[len(total) // 2]
