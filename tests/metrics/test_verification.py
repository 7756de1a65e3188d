from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshgait.errors import ConfigError, DataError
from meshgait.metrics import det_curve, verification
from tests.metrics.random_comparisons import comparisons

RATES = (0.0, 10.0, 25.0, 50.0, 100.0)


def points_one_by_one(distance, probe, gallery, exclude):
    """Both errors in percent at every threshold, one pair after another."""
    own, other = [], []
    for q, row in enumerate(distance):
        for g, far in enumerate(row):
            if not exclude[q, g]:
                (own if probe[q] == gallery[g] else other).append(far)
    if not own or not other:
        return None
    found = [(-np.inf, 0.0, 100.0)]
    for t in sorted({*own, *other}):
        accepted = sum(far <= t for far in other) / len(other)
        rejected = sum(far > t for far in own) / len(own)
        found.append((t, 100 * accepted, 100 * rejected))
    return found


def equal_error_one_by_one(points):
    for (_, a, r), (_, a2, r2) in pairwise(points):
        if a2 >= r2:
            step = (r - a) / ((r - a) + (a2 - r2))
            return a + step * (a2 - a)
    raise AssertionError("the last threshold accepts everything")


@settings(max_examples=150)
@given(comparisons())
def test_errors_are_those_of_counting_pairs(comparison):
    *arguments, exclude = comparison
    points = points_one_by_one(*comparison)
    if points is None:
        with pytest.raises(DataError, match="needs pairs of matches and others"):
            det_curve(*arguments, exclude=exclude)
        return
    curve = det_curve(*arguments, exclude=exclude)
    found = zip(curve.threshold, curve.false_accept, curve.false_reject, strict=True)
    assert [tuple(point) for point in found] == [pytest.approx(point) for point in points]
    scores = verification(*arguments, exclude=exclude, false_accept=RATES)
    assert scores["EER"] == pytest.approx(equal_error_one_by_one(points))
    for rate in RATES:
        expected = max(100 - rejected for _, accepted, rejected in points if accepted <= rate)
        assert scores[f"TAR@FAR={rate:g}%"] == pytest.approx(expected)
    assert scores["matches"] + scores["others"] == (~exclude).sum()


@given(st.integers(2, 30))
def test_perfect_and_hopeless_and_random(people):
    ids = np.arange(people)
    near = 1 - np.eye(people)
    assert verification(near, ids, ids)["EER"] == 0
    assert verification(-near, ids, ids)["EER"] == 100
    assert verification(np.zeros((people, people)), ids, ids)["EER"] == 50


def test_rates_are_percent():
    with pytest.raises(ConfigError, match="0 to 100 percent, got 101"):
        verification(np.eye(2), [1, 2], [1, 2], false_accept=[101])
