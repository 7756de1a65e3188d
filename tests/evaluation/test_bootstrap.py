import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.evaluation.bootstrap import bootstrap


def test_the_interval_of_many_people_is_that_of_the_normal_distribution():
    values = np.random.default_rng(0).standard_normal(400) * 10 + 30
    found = bootstrap([values], draws=20_000)
    error = values.std() / np.sqrt(400)
    assert found.mean == values.mean()
    # The deviation of a quantile of 20,000 draws is about 2 percent of the interval.
    assert abs((values.mean() - found.low) / (1.96 * error) - 1) < 0.1
    assert abs((found.high - values.mean()) / (1.96 * error) - 1) < 0.1


def test_groups_weigh_the_same_however_many_people_they_have():
    found = bootstrap([np.full(3, 10.0), np.full(300, 20.0)])
    assert (found.mean, found.low, found.high) == (15.0, 15.0, 15.0)


def test_paired_differences_are_surer_than_the_two_scores():
    generator = np.random.default_rng(1)
    hard = generator.standard_normal(100) * 20  # how hard each person is for everybody
    one, two = hard + generator.standard_normal(100), hard + 2 + generator.standard_normal(100)
    apart, paired = bootstrap([two]), bootstrap([two - one])
    assert paired.high - paired.low < 0.2 * (apart.high - apart.low)
    assert paired.excludes_zero
    assert not bootstrap([one - one.mean()]).excludes_zero


def test_who_was_not_asked_for_does_not_count_and_nobody_is_an_error():
    assert bootstrap([np.array([np.nan, 4.0, 4.0])]).mean == 4.0
    with pytest.raises(DataError, match="nobody"):
        bootstrap([np.array([np.nan])])
    with pytest.raises(DataError, match="nobody"):
        bootstrap([])


def test_what_one_training_shows_and_another_does_not_is_undecided():
    """Two trainings whose gains are sure for their people each, and of opposite sign."""
    people = np.random.default_rng(2).standard_normal(60)
    gains = np.stack([people + 2, people - 2])
    assert all(bootstrap([row]).excludes_zero for row in gains)
    both = bootstrap([gains])
    assert both.verdict == "undecided"
    # A quarter of the draws are of the first twice, a quarter of the second.
    assert (both.low < -1.5, both.high > 1.5) == (True, True)
    same, one = bootstrap([np.stack([people, people])]), bootstrap([people])
    assert (same.mean, same.low, same.high) == pytest.approx((one.mean, one.low, one.high))


def test_one_person_says_nothing_of_others():
    for groups in ([np.array([50.0])], [np.array([50.0, np.nan]), np.array([1.0, 2.0])]):
        found = bootstrap(groups)
        assert np.isnan([found.low, found.high]).all()
        assert found.verdict == "undecided"
    assert str(bootstrap([np.array([50.0])])) == "50.0 [one person]"
