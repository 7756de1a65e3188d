"""What clinicians count of a walk: strides, angles over the cycle, groups against each other."""

from meshgait.gait.angles import ANGLES, Angle
from meshgait.gait.files import read_gait, write_gait
from meshgait.gait.measure import Gait, measure_gait
from meshgait.gait.measures import MEASURES, Measure
from meshgait.gait.normative import Band, band_at, comfortable_speed
from meshgait.gait.show import Page, show
from meshgait.gait.shown import shown_of
from meshgait.gait.strides import Stride
from meshgait.gait.summary import (
    Difference,
    Summary,
    asymmetry,
    difference,
    group_by,
    group_table,
    mean_curve,
    summarise,
    summary_of,
)

__all__ = [
    "ANGLES",
    "MEASURES",
    "Angle",
    "Band",
    "Difference",
    "Gait",
    "Measure",
    "Page",
    "Stride",
    "Summary",
    "asymmetry",
    "band_at",
    "comfortable_speed",
    "difference",
    "group_by",
    "group_table",
    "mean_curve",
    "measure_gait",
    "read_gait",
    "show",
    "shown_of",
    "summarise",
    "summary_of",
    "write_gait",
]
