"""What is counted of every stride: names, units and what each number means."""

from __future__ import annotations

from typing import NamedTuple


class Measure(NamedTuple):
    """Unit, digits that are shown, and a sentence; whether shares of it mean anything.

    Those of an angle or of a small clearance, which may be 0 or less, do not.
    """

    unit: str
    digits: int
    meaning: str
    is_ratio: bool = True


MEASURES: dict[str, Measure] = {
    "cadence": Measure("steps/min", 1, "Two steps by the time of the stride."),
    "speed": Measure("m/s", 2, "Stride length by stride time."),
    "stride_time": Measure("s", 3, "From a heel strike to the next of the same foot."),
    "step_time": Measure("s", 3, "From the other foot's heel strike to this foot's next one."),
    "stride_length": Measure("m", 3, "From one place of the ankle over the flat foot to the next."),
    "step_length": Measure("m", 3, "From the other foot's place to this foot's next one, along "
                           "the way."),
    "step_width": Measure("m", 3, "The same across the way."),
    "stance": Measure("%", 1, "Of the stride, from heel strike to toe-off."),
    "swing": Measure("%", 1, "Of the stride, from toe-off to heel strike."),
    "single_support": Measure("%", 1, "Of the stride, while only this foot stands."),
    "double_support": Measure("%", 1, "Of the stride, while both feet stand; below 0 "
                              "none does, as in running."),
    "foot_progression": Measure("deg", 1, "From ankle to ball of the flat foot against the way; "
                                "toes out above 0.", is_ratio=False),
    "toe_clearance": Measure("m", 3, "Least height of the tip of the toes in the middle of the "
                             "swing over where it stands.", is_ratio=False),
    "walk_ratio": Measure("mm/(steps/min)", 2, "Step length by cadence."),
}  # fmt: skip
