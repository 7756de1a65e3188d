"""Strides summed up: of a side, of a walk, of a group; and groups against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np
from jaxtyping import Float

from meshgait.errors import ConfigError
from meshgait.gait.angles import ANGLES
from meshgait.gait.landmarks import SIDES
from meshgait.gait.measure import Gait
from meshgait.gait.measures import MEASURES
from meshgait.gait.strides import Stride

By = Literal["subject", "file", "folder"]
BOTH = "both"


class Summary(NamedTuple):
    """Mean, standard deviation (of a sample, NaN of one stride) and number of strides."""

    mean: float
    sd: float
    number: int

    @property
    def cv(self) -> float:
        """The coefficient of variation, percent."""
        return 100 * self.sd / abs(self.mean) if self.mean else np.nan


def summarise(values: Sequence[float]) -> Summary:
    """Of the numbers that are there.

    >>> summarise([1.0, 3.0])
    Summary(mean=2.0, sd=1.4142135623730951, number=2)
    """
    known = np.array([value for value in values if np.isfinite(value)])
    if not len(known):
        return Summary(np.nan, np.nan, 0)
    sd = float(known.std(ddof=1)) if len(known) > 1 else np.nan
    return Summary(float(known.mean()), sd, len(known))


def summary_of(gaits: Sequence[Gait]) -> dict[str, dict[str, Summary]]:
    """Of every measure, left, right and both, over the strides that count."""
    strides = {side: [s for gait in gaits for s in gait.counted(side)] for side in SIDES}
    strides[BOTH] = [s for side in SIDES for s in strides[side]]
    return {
        name: {side: summarise([s.values[name] for s in some]) for side, some in strides.items()}
        for name in MEASURES
    }


def asymmetry(left: float, right: float) -> float:
    """Robinson's symmetry index (J Manip Physiol Ther 1987): percent, above 0 where left is more.

    >>> round(asymmetry(0.9, 1.0), 1)
    -10.5
    """
    middle = (left + right) / 2
    return 100 * (left - right) / middle if middle else np.nan


def asymmetry_of(measure: str, sides: Mapping[str, Summary]) -> float:
    """`asymmetry` of the means, where it means anything."""
    if not MEASURES[measure].is_ratio:
        return np.nan
    return asymmetry(*(sides[side].mean for side in SIDES))


def mean_curve(
    strides: Sequence[Stride], name: str
) -> tuple[Float[np.ndarray, " 101"], Float[np.ndarray, " 101"]]:
    """Mean and standard deviation of an angle over the cycle; 0 deviation of one stride."""
    curves = np.stack([stride.curves[name] for stride in strides])
    sd = curves.std(axis=0, ddof=1) if len(curves) > 1 else np.zeros(curves.shape[1])
    return curves.mean(axis=0), sd


def range_of(strides: Sequence[Stride], name: str) -> Summary:
    """How many degrees an angle moves through in a cycle."""
    return summarise([float(np.ptp(stride.curves[name])) for stride in strides])


def group_by(gaits: Sequence[Gait], by: By) -> dict[str, list[Gait]]:
    """Walks by subject, by file or by the file's folder, in the order in which they came."""
    if by not in get_args(By):
        raise ConfigError(f"walks are compared by {', '.join(get_args(By))}, not by {by!r}")
    groups: dict[str, list[Gait]] = {}
    for gait, short in zip(gaits, short_names(gaits), strict=True):
        folder = str(Path(gait.name).resolve().parent.name)
        key = {"subject": gait.subject, "file": short, "folder": folder}[by]
        groups.setdefault(key, []).append(gait)
    return groups


def short_names(gaits: Sequence[Gait]) -> list[str]:
    """What the walks are called on paper: their files' names alone, where these differ."""
    short = [Path(gait.name).name for gait in gaits]
    return short if len(set(short)) == len(short) else [gait.name for gait in gaits]


class Difference(NamedTuple):
    """How much more a group has than the first one, and the 95 % interval (Welch) of that."""

    mean: float
    low: float
    high: float


def difference(first: Summary, other: Summary) -> Difference:
    """Of two groups of strides, taken as independent: strides of one person are not quite."""
    from scipy.stats import t

    more = other.mean - first.mean
    if min(first.number, other.number) < 2:
        return Difference(more, np.nan, np.nan)
    parts = np.array([first.sd**2 / first.number, other.sd**2 / other.number])
    if not parts.sum():
        return Difference(more, more, more)
    freedom = parts.sum() ** 2 / (parts**2 / [first.number - 1, other.number - 1]).sum()
    half = float(t.ppf(0.975, freedom) * np.sqrt(parts.sum()))
    return Difference(more, more - half, more + half)


def group_table(
    groups: Mapping[str, Sequence[Gait]],
) -> dict[str, dict[str, Summary]]:
    """Of every measure and of the range of every angle: each group's summary, both sides."""
    strides = {
        name: [s for gait in gaits for s in gait.counted()] for name, gaits in groups.items()
    }
    table = {
        measure: {name: summarise([s.values[measure] for s in some])
                  for name, some in strides.items()}
        for measure in MEASURES
    }  # fmt: skip
    for angle in ANGLES:
        table[f"{angle}_range"] = {name: range_of(some, angle) for name, some in strides.items()}
    return table
