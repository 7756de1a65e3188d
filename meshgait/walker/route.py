"""Where and how fast somebody walks: paths on the floor, with bends, changes of speed and stops."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True, eq=False)
class Route:
    """A path as functions of the number of gait cycles walked.

    `speed` is relative to the walker's comfortable one and `heading` an angle in radians, 0 along
    z, growing towards x. `bend` (radians per metre) turns steadily; `waves` are sums of sines:
    rows of amplitude, cycles per period and phase. `stops` are the half cycles, counted from the
    middle of the clip, at which the walker stands still for `stop_seconds`.
    """

    speed: float = 1.0
    heading: float = 0.0
    bend: float = 0.0
    speed_waves: Float[np.ndarray, "S 3"] = field(default_factory=lambda: np.zeros((0, 3)))
    heading_waves: Float[np.ndarray, "S 3"] = field(default_factory=lambda: np.zeros((0, 3)))
    stops: tuple[int, ...] = ()
    stop_seconds: float = 0.0

    @classmethod
    def draw_straight(cls, generator: np.random.Generator) -> Route:
        """Straight ahead in any direction at a steady speed."""
        return cls(speed=generator.uniform(0.92, 1.08), heading=generator.uniform(-np.pi, np.pi))

    @classmethod
    def draw_curved(cls, generator: np.random.Generator) -> Route:
        """A bend to either side with a radius of 2.5 m or more, at a steady speed."""
        return cls(
            speed=generator.uniform(0.92, 1.08),
            heading=generator.uniform(-np.pi, np.pi),
            bend=generator.uniform(-0.4, 0.4),
        )

    @classmethod
    def draw_irregular(cls, generator: np.random.Generator) -> Route:
        """As in a supermarket: changing speed and direction, now and then a stop."""
        waves = np.stack(
            [
                generator.uniform(0.05, 0.15, 2),
                generator.uniform(1.5, 4.0, 2),
                generator.uniform(0, 2 * np.pi, 2),
            ],
            axis=1,
        )
        turns = np.stack(
            [
                generator.uniform(0.1, 0.35, 2),
                generator.uniform(2.0, 5.0, 2),
                generator.uniform(0, 2 * np.pi, 2),
            ],
            axis=1,
        )
        stops = (int(generator.integers(-2, 3)),) if generator.random() < 0.3 else ()
        return cls(
            speed=generator.uniform(0.7, 1.15),
            heading=generator.uniform(-np.pi, np.pi),
            speed_waves=waves,
            heading_waves=turns,
            stops=stops,
            stop_seconds=generator.uniform(0.3, 0.8),
        )

    def relative_speed(self, cycle: Float[np.ndarray, " N"]) -> Float[np.ndarray, " N"]:
        """Speed by the comfortable one, without the stops; never below 0.3."""
        return np.maximum(self.speed * (1 + _waves(self.speed_waves, cycle)), 0.3)

    def relative_delay(self, cycle: Float[np.ndarray, " N"]) -> Float[np.ndarray, " N"]:
        """Seconds per cycle that stops add: a bell of a tenth of a cycle around each of them."""
        delay = np.zeros_like(cycle)
        for stop in self.stops:
            bell = np.exp(-0.5 * ((cycle - stop / 2 - 0.06) / 0.03) ** 2)
            delay += self.stop_seconds * bell / (0.03 * np.sqrt(2 * np.pi))
        return delay

    def direction(
        self, cycle: Float[np.ndarray, " N"], distance: Float[np.ndarray, " N"]
    ) -> Float[np.ndarray, " N"]:
        """Heading in radians after `cycle` gait cycles and `distance` metres."""
        return self.heading + self.bend * distance + _waves(self.heading_waves, cycle)


def _waves(rows: Float[np.ndarray, "S 3"], cycle: Float[np.ndarray, " N"]) -> np.ndarray:
    amplitude, period, phase = rows.T[..., None]
    return (amplitude * np.sin(2 * np.pi * cycle / period + phase)).sum(axis=0)
