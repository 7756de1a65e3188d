import csv
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from meshgait.errors import ConfigError
from meshgait.gait import band_at, comfortable_speed

GOLDEN = Path(__file__).parents[1] / "golden/normative.csv"


def measured():
    with GOLDEN.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_table_is_that_of_the_people_measured():
    shipped = files("meshgait.gait").joinpath("normative.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(shipped.splitlines()))
    assert len(rows) == 18
    for row in rows:
        some = [
            r for r in measured()
            if r["SpeedCat"] == row["pace"] and row["group"] in ("all", r["AgeGroup"].lower())
        ]  # fmt: skip
        assert len(some) == int(row["people"])
        for name, column in (("speed", "Speed"), ("step_length", "StepLength"),
                             ("cadence", "Cadence")):  # fmt: skip
            values = [float(r[column]) for r in some]
            assert float(row[name]) == pytest.approx(np.mean(values), abs=6e-5)
            assert float(row[f"{name}_sd"]) == pytest.approx(np.std(values, ddof=1), abs=6e-5)


def test_between_two_speeds_the_band_lies_between_theirs():
    slow, middle, fast = (band_at("cadence", speed).mean for speed in (1.0496, 1.14215, 1.2347))
    assert middle == pytest.approx((slow + fast) / 2)
    assert comfortable_speed("young").mean == pytest.approx(1.2446)


def test_beyond_the_speeds_walked_there_is_no_band(unchecked):
    assert band_at("cadence", 0.3) is None
    assert band_at("step_length", 2.0, "older") is None
    with pytest.raises(ConfigError, match="bands of cadence and step_length, not of stance"):
        band_at("stance", 1.0)
    with pytest.raises(ConfigError, match="all, young or older, not 'tall'"):
        band_at("cadence", 1.0, "tall")


def test_the_credit_that_the_licence_asks_for_lies_beside_the_table():
    text = files("meshgait.gait").joinpath("normative.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in text
    assert "BMClab" in text
