import numpy as np
import pytest
from hypothesis import given, settings

from meshgait.errors import DataError
from meshgait.metrics import open_set, retrieval
from tests.metrics.random_comparisons import comparisons

RATES = (0.0, 20.0, 50.0, 100.0)


def rates_one_by_one(distance, probe, gallery, exclude):
    """(false positives, right identifications) in percent at every threshold."""
    known, unknown = [], []
    for q, row in enumerate(distance):
        met = [(row[g], probe[q] == gallery[g]) for g in range(len(row)) if not exclude[q, g]]
        nearest = min((far for far, _ in met), default=np.inf)
        if not any(is_match for _, is_match in met):
            unknown.append(nearest)
            continue
        won = all(is_match for far, is_match in met if far == nearest) and nearest < np.inf
        known.append(nearest if won else None)
    if not known or not unknown:
        return None
    thresholds = [-np.inf, *distance.flatten().tolist(), np.inf]
    return [
        (
            100 * np.mean([far <= t for far in unknown]),
            100 * np.mean([far is not None and far <= t for far in known]),
        )
        for t in thresholds
    ]


@settings(max_examples=200)
@given(comparisons())
def test_rates_are_those_of_counting_probes(comparison):
    *arguments, exclude = comparison
    rates = rates_one_by_one(*comparison)
    if rates is None:
        with pytest.raises(DataError, match="with and without a match"):
            open_set(*arguments, exclude=exclude)
        return
    found = open_set(*arguments, exclude=exclude, false_positive=RATES)
    for rate in RATES:
        expected = max(right for wrong, right in rates if wrong <= rate)
        assert found[f"DIR@FPIR={rate:g}%"] == pytest.approx(expected)
        assert found[f"FNIR@FPIR={rate:g}%"] == pytest.approx(100 - expected)
    assert found["known"] + found["unknown"] == len(exclude)


def test_without_a_threshold_it_is_rank_one():
    generator = np.random.default_rng(0)
    distance, probe, gallery = generator.random((30, 50)), np.arange(30), np.arange(50) // 2
    found = open_set(distance, probe, gallery, false_positive=[100.0])
    closed = retrieval(distance, probe, gallery)
    assert found["DIR@FPIR=100%"] == pytest.approx(closed["rank1"])
    assert (found["known"], found["unknown"]) == (closed["probes"], closed["unmatched"])
