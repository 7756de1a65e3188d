import numpy as np
import pytest
from scipy import stats

from meshgait.errors import ConfigError
from meshgait.gait import difference, group_by, measure_gait, summarise, summary_of


def test_mean_deviation_and_number_are_those_of_the_strides(body, plain):
    gait = measure_gait(plain.motion, body)
    for name, sides in summary_of([gait]).items():
        for side in ("left", "right"):
            values = [s.values[name] for s in gait.strides if s.side == side and not s.left_out]
            assert sides[side].mean == pytest.approx(np.mean(values))
            assert sides[side].sd == pytest.approx(np.std(values, ddof=1))
            assert sides[side].number == len(values)
        assert sides["both"].number == sides["left"].number + sides["right"].number


def test_one_stride_has_no_deviation():
    found = summarise([3.0, np.nan])
    assert found.mean == 3
    assert np.isnan(found.sd)
    assert found.number == 1
    assert summarise([]).number == 0


def test_differences_are_those_of_welch():
    generator = np.random.default_rng(0)
    a, b = generator.normal(1, 0.1, 9), generator.normal(1.2, 0.3, 5)
    found = difference(summarise(a.tolist()), summarise(b.tolist()))
    expected = stats.ttest_ind(b, a, equal_var=False).confidence_interval(0.95)
    assert found == pytest.approx((b.mean() - a.mean(), expected.low, expected.high))


def test_walks_are_grouped_by_what_is_asked_for(body, plain, unchecked):
    gaits = [
        measure_gait(plain.motion, body, name=name, subject=subject)
        for name, subject in (("x/before/a.npz", "ann"), ("x/after/b.npz", "ann"),
                              ("x/after/c.npz", "bob"))
    ]  # fmt: skip
    assert {k: len(v) for k, v in group_by(gaits, "subject").items()} == {"ann": 2, "bob": 1}
    assert {k: len(v) for k, v in group_by(gaits, "folder").items()} == {"before": 1, "after": 2}
    assert list(group_by(gaits, "file")) == ["a.npz", "b.npz", "c.npz"]
    with pytest.raises(ConfigError, match="by subject, file, folder, not by 'colour'"):
        group_by(gaits, "colour")
