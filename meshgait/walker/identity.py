"""Who walks: a body shape and a style, both drawn from a seed.

Means and spreads of the traits follow published adult norms: Winter, The Biomechanics and Motor
Control of Human Gait (1991); Kadaba et al., J Orthop Res 8 (1990); Perry and Burnfield, Gait
Analysis (2010); Murray et al., Am J Phys Med 46 (1967) for the arms. Spreads, and how much of them
is drawn anew on another day, were then set so that walkers differ from each other, and from
themselves, as captured people do (`benchmarks/walkers.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

SURFACE_MODES = 8  # ways in which a surface differs from what the ten coefficients say


class Trait(NamedTuple):
    """One way in which people walk differently: mean and spread over adults.

    `day` is the share of the spread that is drawn anew on another day.
    """

    mean: float
    spread: float
    day: float = 0.45


def _swing(degrees: Trait, more: float, *, lag: float = 0.035) -> tuple[Trait, Trait, Trait, Trait]:
    """A curve of the gait cycle: its swing and how late it is, and those of its next harmonic."""
    late = Trait(0, lag, degrees.day)
    return degrees, late, Trait(0, more, degrees.day), Trait(0, 0.06, degrees.day)


_SIDED_SWINGS = {
    "arm_swing": _swing(Trait(13, 5.5, 0.4), 2),
    "arm_out_swing": _swing(Trait(4, 2, 0.4), 1, lag=0.06),
    "elbow_swing": _swing(Trait(14, 5, 0.35), 3),
}
_SWINGS = {
    "pelvis_turn": _swing(Trait(5, 2), 0.8),
    "pelvis_drop": _swing(Trait(4, 1.5), 0.8),
    "pelvis_nod": _swing(Trait(1, 0.5), 0.3),
    "trunk_turn": _swing(Trait(4, 2), 0.8),
    "trunk_sway": _swing(Trait(2, 1), 0.6),
    "trunk_nod": _swing(Trait(1.9, 0.6, 0.6), 0.4),
    "head_turn": _swing(Trait(1, 1), 0.5),
    "head_sway": _swing(Trait(1, 0.7), 0.4),
    "head_nod": _swing(Trait(2.3, 0.8), 0.6),
}


def _named(swings: dict[str, tuple[Trait, Trait, Trait, Trait]]) -> dict[str, Trait]:
    ends = ("_deg", "_lag", "_more_deg", "_more_lag")
    return {
        f"{name}{end}": trait
        for name, traits in swings.items()
        for end, trait in zip(ends, traits, strict=True)
    }


_SIDED = {
    "toe_out_deg": Trait(7, 5),
    "toe_off_deg": Trait(71, 10.5, 0.3),
    "heel_strike_deg": Trait(17.5, 5, 0.25),
    "lift": Trait(0.034, 0.037, 0.55),
    "arm_offset_deg": Trait(-3, 6, 0.36),
    "arm_out_deg": Trait(11, 5),
    "arm_turn_deg": Trait(15, 14),
    "elbow_deg": Trait(25, 9, 0.45),
    "wrist_bend_deg": Trait(0, 4),
    "wrist_turn_deg": Trait(0, 5),
    "wrist_aside_deg": Trait(0, 4),
    "shoulder_drop_deg": Trait(4, 4),
    "shoulder_round_deg": Trait(0, 5),
    "knee_out_deg": Trait(3, 5),
    "toes_aside_deg": Trait(0, 5),
    "swing_out": Trait(0.012, 0.008),
    "clearance": Trait(0.034, 0.006),
    **_named(_SIDED_SWINGS),
}
TRAITS: dict[str, Trait] = {
    "comfortable_speed": Trait(1.25, 0.17, 0.2),
    "log_step_ratio": Trait(0, 0.063),
    "step_width": Trait(0.10, 0.025),
    "stance_share": Trait(0.62, 0.010),
    "straightest_knee_deg": Trait(7, 4, 0.6),
    "bob": Trait(0.016, 0.004),
    "bob_phase": Trait(0.014, 0.02),
    "sway": Trait(0.022, 0.007),
    "pelvis_tilt_deg": Trait(9, 4),
    "trunk_lean_deg": Trait(3, 3, 0.72),
    "hunch_deg": Trait(4, 5, 0.72),
    "hollow_back_deg": Trait(0, 10),
    "neck_forward_deg": Trait(0, 7),
    "head_down_deg": Trait(4, 19),
    # Of the midline, to the left.
    "trunk_turn_to_left_deg": Trait(0, 3),
    "trunk_sway_to_left_deg": Trait(0, 2),
    "neck_turn_to_left_deg": Trait(0, 4),
    "neck_sway_to_left_deg": Trait(0, 4),
    "head_turn_to_left_deg": Trait(0, 13),
    "head_sway_to_left_deg": Trait(0, 7),
    "step_asymmetry": Trait(0, 0.010),
    **_named(_SWINGS),
    **_SIDED,
    # How much the left side has more of it than the right one.
    **{f"{name}_left_minus_right": Trait(0, 0.9 * t.spread, t.day) for name, t in _SIDED.items()},
}
_INDEX = {name: index for index, name in enumerate(TRAITS)}
_MEAN = np.array([trait.mean for trait in TRAITS.values()])
_SPREAD = np.array([trait.spread for trait in TRAITS.values()])
_DAY = np.array([trait.day for trait in TRAITS.values()])


@dataclass(frozen=True, eq=False)
class Identity:
    """A person: shape coefficients, N(0, 1) each, traits in units of their spread, and surface.

    `surface` says how far the skin is from what the ten coefficients make of it, mode by mode
    (`walker/surface.py`), N(0, 1) each.
    """

    betas: Float[np.ndarray, "10"]
    style: Float[np.ndarray, " S"]
    surface: Float[np.ndarray, " M"]

    @classmethod
    def draw(cls, generator: np.random.Generator) -> Identity:
        """A person at random; nobody is more than 2.5 spreads away from the mean in anything."""
        numbers = generator.standard_normal(10 + len(TRAITS) + SURFACE_MODES).clip(-2.5, 2.5)
        return cls(numbers[:10], numbers[10:-SURFACE_MODES], numbers[-SURFACE_MODES:])

    @classmethod
    def average(cls) -> Identity:
        """The mean body with the mean style."""
        return cls(np.zeros(10), np.zeros(len(TRAITS)), np.zeros(SURFACE_MODES))

    def on_another_day(self, generator: np.random.Generator) -> Identity:
        """The same body, with the style that this person has on some day."""
        fresh = generator.standard_normal(len(TRAITS)).clip(-2.5, 2.5)
        return replace(self, style=np.sqrt(1 - _DAY**2) * self.style + _DAY * fresh)

    def trait(self, name: str) -> float:
        """Value of a trait; for one of a side ask for `sided`."""
        index = _INDEX[name]
        return float(_MEAN[index] + _SPREAD[index] * self.style[index])

    def sided(self, name: str) -> tuple[float, float]:
        """Values of a trait on the left and on the right."""
        both, difference = self.trait(name), self.trait(f"{name}_left_minus_right")
        return both + difference / 2, both - difference / 2
