import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshgait.data import AllFrames, ContinuousFrames, OrderedFrames, UnorderedFrames, VaryingFrames
from meshgait.errors import ConfigError

ways = st.one_of(
    st.builds(UnorderedFrames, st.integers(1, 40)),
    st.builds(OrderedFrames, st.integers(1, 40), st.integers(0, 20)),
    st.builds(ContinuousFrames, st.integers(1, 40)),
)


@given(ways, st.integers(1, 100), st.integers(0, 9))
def test_every_way_gives_the_number_asked_for_and_only_frames_that_exist(way, length, seed):
    chosen = way(length, np.random.default_rng(seed))
    assert len(chosen) == way.frames
    assert chosen.min() >= 0
    assert chosen.max() < length
    np.testing.assert_array_equal(chosen, way(length, np.random.default_rng(seed)))


@given(st.integers(30, 90), st.integers(0, 9))
def test_unordered_frames_never_repeat_where_there_are_enough(length, seed):
    chosen = UnorderedFrames(30)(length, np.random.default_rng(seed))
    assert len(set(chosen)) == 30


@pytest.mark.parametrize("length", [1, 2, 7, 29])
def test_where_there_are_too_few_each_is_as_likely_as_any_other(length):
    generator = np.random.default_rng(0)
    chosen = np.concatenate([UnorderedFrames(30)(length, generator) for _ in range(1000)])
    expected = len(chosen) / length
    spread = np.sqrt(expected * (1 - 1 / length))  # of a binomial count
    assert np.abs(np.bincount(chosen, minlength=length) - expected).max() <= 5 * spread


@given(st.integers(41, 100), st.integers(0, 9))
def test_ordered_frames_lie_in_one_window(length, seed):
    chosen = OrderedFrames(30, skip=10)(length, np.random.default_rng(seed))
    assert (np.diff(chosen) > 0).all()
    assert chosen[-1] - chosen[0] < 40


def test_ordered_frames_of_a_short_sequence_go_round():
    chosen = OrderedFrames(10)(4, np.random.default_rng(0))
    assert set(np.diff(chosen) % 4) == {1}


@pytest.mark.parametrize(
    ("length", "frames", "expected"),
    [(4, 10, [0, 0, 0, 1, 1, 1, 2, 2, 3, 3]), (1, 3, [0, 0, 0])],
)
def test_continuous_frames_slow_a_short_sequence_down(length, frames, expected):
    assert ContinuousFrames(frames)(length, np.random.default_rng(0)).tolist() == expected


def test_continuous_frames_of_seven_for_thirty_are_as_published():
    counts = np.bincount(ContinuousFrames(30)(7, np.random.default_rng(0)))
    assert counts.tolist() == [5, 5, 4, 4, 4, 4, 4]


@given(st.integers(31, 90), st.integers(0, 9))
def test_continuous_frames_of_a_long_sequence_follow_one_another(length, seed):
    chosen = ContinuousFrames(30)(length, np.random.default_rng(seed))
    assert set(np.diff(chosen)) == {1}


def test_every_window_is_as_likely_as_any_other():
    generator = np.random.default_rng(0)
    starts = [ContinuousFrames(8)(12, generator)[0] for _ in range(5000)]
    assert np.bincount(starts).min() > 850  # of 1,000 expected for each of the five


def test_tests_see_every_frame_up_to_the_limit():
    generator = np.random.default_rng(0)
    assert AllFrames(720)(9, generator).tolist() == list(range(9))
    assert len(AllFrames(720)(1000, generator)) == 720


@pytest.mark.parametrize("make", [UnorderedFrames, OrderedFrames, ContinuousFrames, AllFrames])
def test_no_frames_is_no_option(make):
    with pytest.raises(ConfigError, match="at least one frame"):
        make(0)


@given(st.integers(1, 80), st.integers(0, 99))
def test_varying_frames_are_as_many_as_allowed_and_there(length, seed):
    counts = set()
    for step in range(30):
        chosen = VaryingFrames(10, 12)(length, np.random.default_rng((seed, step)))
        counts.add(len(chosen))
        assert ((chosen >= 0) & (chosen < length)).all()
        assert len(set(chosen)) == len(chosen) or length < len(chosen)
    assert counts == {10, 11, 12}


def test_varying_frames_need_a_most_above_the_least():
    with pytest.raises(ConfigError, match="most must be 5 or more"):
        VaryingFrames(5, 4)
