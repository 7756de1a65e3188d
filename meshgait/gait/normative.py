"""How 51 adults walk at the same speed (BMClab, CC BY 4.0; `normative.md` beside this file)."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

import numpy as np

from meshgait.errors import ConfigError

Adults = Literal["all", "young", "older"]
CREDIT = (
    "Grey bands: mean and standard deviation of 51 adults at six speeds on a treadmill, "
    "calculated from data of the BMClab (Federal University of ABC), CC BY 4.0."
)
BANDED = ("cadence", "step_length")
COMFORTABLE = "V5"


class Band(NamedTuple):
    """Mean and standard deviation."""

    mean: float
    sd: float


@lru_cache(maxsize=1)
def _rows() -> list[dict[str, str]]:
    text = files("meshgait.gait").joinpath("normative.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _column(name: str, adults: Adults) -> np.ndarray:
    found = [float(row[name]) for row in _rows() if row["group"] == adults]
    if not found:
        raise ConfigError(f"adults are all, young or older, not {adults!r}")
    return np.array(found)


def comfortable_speed(adults: Adults = "all") -> Band:
    """How fast they go where nobody tells them, in metres per second."""
    pace = [row["pace"] for row in _rows() if row["group"] == adults]
    speeds, spreads = _column("speed", adults), _column("speed_sd", adults)
    index = pace.index(COMFORTABLE)
    return Band(float(speeds[index]), float(spreads[index]))


def known_speeds(adults: Adults = "all") -> tuple[float, float]:
    """The slowest and the fastest speed for which there is a band."""
    speeds = _column("speed", adults)
    return float(speeds.min()), float(speeds.max())


def band_at(measure: str, speed: float, adults: Adults = "all") -> Band | None:
    """`cadence` or `step_length` of adults at a speed; none beyond the speeds that they walked.

    >>> round(band_at("cadence", 1.2347).mean, 1)
    119.8
    """
    if measure not in BANDED:
        raise ConfigError(f"there are bands of {' and '.join(BANDED)}, not of {measure}")
    speeds = _column("speed", adults)
    if not speeds.min() <= speed <= speeds.max():
        return None
    mean, sd = (
        float(np.interp(speed, speeds, _column(name, adults)))
        for name in (measure, f"{measure}_sd")
    )
    return Band(mean, sd)
