import os
import subprocess
import sys
from pathlib import Path

import pytest

from meshgait.errors import DataError
from meshgait.files.limits import (
    LEAST,
    MOST,
    RATIO,
    TRUST,
    Budget,
    allowance,
    require_shape,
    trusted,
)


def test_a_file_may_cost_its_size_and_a_bounded_multiple_of_it(monkeypatch):
    monkeypatch.delenv(TRUST, raising=False)
    assert allowance(9) == 9 + LEAST
    assert allowance(LEAST // 8) == LEAST // 8 + LEAST * RATIO // 8
    assert allowance(10 * MOST) == 11 * MOST
    budget = Budget(0)
    budget.take(LEAST)
    with pytest.raises(DataError, match=f"{TRUST}=1"):
        budget.take(1)
    monkeypatch.setenv(TRUST, "1")
    Budget(0).take(10 * MOST)
    monkeypatch.delenv(TRUST)
    with trusted():
        Budget(0).take(10 * MOST)
    assert TRUST not in os.environ


@pytest.mark.parametrize(
    ("shape", "count"),
    [((2, 3), 7), ((-1,), -1), ((True,), 1), ((10**15, 0), 0), ((2.0,), 2), (("2",), 2)],
)
def test_a_shape_that_does_not_fit_its_bytes_is_none(shape, count):
    with pytest.raises(ValueError, match="array"):
        require_shape(shape, 1, count)


@pytest.mark.slow
def test_no_hostile_file_takes_more_than_a_gigabyte_or_ten_seconds():
    script = Path(__file__).parents[2] / "benchmarks" / "hostile.py"
    environment = os.environ | {"PYTHONPATH": str(script.parents[1]), "OMP_NUM_THREADS": "1"}
    environment.pop(TRUST, None)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", script],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, [line for line in done.stdout.splitlines() if "BAD" in line]
    assert "0 of the trials broke a limit" in done.stdout
