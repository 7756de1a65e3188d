import numpy as np
import pytest

from meshgait.video.legs import swapped_legs, with_legs_swapped


def strides(frames=60):
    """Legs that swing as pendulums, 100 pixels high, and pass each other."""
    points = np.zeros((frames, 33, 2))
    points[:, :, 1] = np.linspace(0, 100, 33)
    swing = 25 * np.sin(2 * np.pi * np.arange(frames) / 33)
    for side, sign in ((25, 1), (26, -1)):
        points[:, side::2, 0] = sign * swing[:, None]
    return points


@pytest.mark.parametrize("wrong", [[], [7], [16, 17], [33, 50], [0]])
def test_legs_that_were_swapped_are_found(wrong):
    mask = np.isin(np.arange(60), wrong)
    seen = with_legs_swapped(strides(), mask)
    np.testing.assert_array_equal(swapped_legs(seen, np.arange(60)), mask)
    np.testing.assert_array_equal(with_legs_swapped(seen, mask), strides())


def test_two_pictures_say_nothing():
    assert not swapped_legs(strides(2), np.arange(2)).any()


def test_gaps_are_not_bridged():
    seen = strides()[[0, 1, 2, 3, 20, 21, 22, 23]]
    frames = np.array([0, 1, 2, 3, 20, 21, 22, 23])
    assert not swapped_legs(seen, frames).any()
