"""Who walks: a body shape and a style, both drawn from a seed.

Means and spreads of the traits follow published adult norms: Winter, The Biomechanics and Motor
Control of Human Gait (1991); Kadaba et al., J Orthop Res 8 (1990); Perry and Burnfield, Gait
Analysis (2010); Murray et al., Am J Phys Med 46 (1967) for the arms.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

DAY_TO_DAY = 0.3  # share of a trait's spread that is drawn anew on another day


class Trait(NamedTuple):
    """One way in which people walk differently, with its mean and spread over adults."""

    mean: float
    spread: float


_SIDED = {
    "toe_out_deg": Trait(7, 4),
    "arm_swing_deg": Trait(17, 6),
    "arm_offset_deg": Trait(-3, 4),
    "arm_out_deg": Trait(11, 3),
    "arm_turn_deg": Trait(15, 10),
    "elbow_deg": Trait(21, 6),
    "elbow_swing_deg": Trait(9, 4),
    "shoulder_drop_deg": Trait(4, 2),
    "knee_out_deg": Trait(3, 3),
    "swing_out": Trait(0.012, 0.008),
    "clearance": Trait(0.020, 0.006),
}
TRAITS: dict[str, Trait] = {
    "comfortable_speed": Trait(1.25, 0.12),
    "log_step_ratio": Trait(0, 0.063),
    "step_width": Trait(0.10, 0.025),
    "stance_share": Trait(0.62, 0.010),
    "heel_strike_deg": Trait(20, 4),
    "toe_off_deg": Trait(58, 6),
    "straightest_knee_deg": Trait(9, 4),
    "bob": Trait(0.018, 0.004),
    "bob_phase": Trait(0, 0.03),
    "sway": Trait(0.022, 0.007),
    "pelvis_tilt_deg": Trait(5, 4),
    "pelvis_drop_deg": Trait(4, 1.5),
    "pelvis_turn_deg": Trait(5, 2),
    "pelvis_phase": Trait(0, 0.04),
    "trunk_lean_deg": Trait(3, 3),
    "trunk_sway_deg": Trait(2, 1),
    "trunk_turn_deg": Trait(4, 2),
    "hunch_deg": Trait(4, 5),
    "head_down_deg": Trait(4, 5),
    "arm_phase": Trait(0, 0.03),
    "step_asymmetry": Trait(0, 0.008),
    **_SIDED,
    # How much the left side has more of it than the right one.
    **{f"{name}_left_minus_right": Trait(0, 0.6 * t.spread) for name, t in _SIDED.items()},
}
_INDEX = {name: index for index, name in enumerate(TRAITS)}
_MEAN = np.array([trait.mean for trait in TRAITS.values()])
_SPREAD = np.array([trait.spread for trait in TRAITS.values()])


@dataclass(frozen=True, eq=False)
class Identity:
    """A person: shape coefficients, N(0, 1) each, and traits in units of their spread."""

    betas: Float[np.ndarray, "10"]
    style: Float[np.ndarray, " S"]

    @classmethod
    def draw(cls, generator: np.random.Generator) -> Identity:
        """A person at random; nobody is more than 2.5 spreads away from the mean in anything."""
        numbers = generator.standard_normal(10 + len(TRAITS)).clip(-2.5, 2.5)
        return cls(numbers[:10], numbers[10:])

    @classmethod
    def average(cls) -> Identity:
        """The mean body with the mean style."""
        return cls(np.zeros(10), np.zeros(len(TRAITS)))

    def on_another_day(self, generator: np.random.Generator) -> Identity:
        """The same body, with the style that this person has on some day."""
        fresh = generator.standard_normal(len(TRAITS)).clip(-2.5, 2.5)
        keep = np.sqrt(1 - DAY_TO_DAY**2)
        return replace(self, style=keep * self.style + DAY_TO_DAY * fresh)

    def trait(self, name: str) -> float:
        """Value of a trait; for one of a side ask for `sided`."""
        index = _INDEX[name]
        return float(_MEAN[index] + _SPREAD[index] * self.style[index])

    def sided(self, name: str) -> tuple[float, float]:
        """Values of a trait on the left and on the right."""
        both, difference = self.trait(name), self.trait(f"{name}_left_minus_right")
        return both + difference / 2, both - difference / 2
