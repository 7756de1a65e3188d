"""Numbers mean black and white, grey, or nothing that anybody could know."""

import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.files.pixels import clip_levels, grey_levels, labels, require_dark_border

MASK = np.arange(48).reshape(1, 6, 8) % 3 == 0
GREY = np.linspace(0, 255, 48).round().reshape(1, 6, 8)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (MASK, False), (MASK.astype(np.uint8), True), (MASK * np.uint8(255), False),
        (MASK.astype(np.int64), True), (MASK * np.uint16(65535), True),
        (MASK * np.uint16(255), False), (MASK * np.int32(7), True), (MASK.astype(float), False),
        (MASK * 255.0, False), (MASK / np.float32(255), True), (MASK * np.uint64(1 << 60), True),
    ],
)  # fmt: skip
def test_a_mask_of_any_type_becomes_black_and_white(values, told):
    levels, note = grey_levels(values)
    assert levels.dtype == np.uint8
    np.testing.assert_array_equal(levels, np.where(MASK, 255, 0))
    assert (note is not None) == told


@pytest.mark.parametrize(
    "values",
    [GREY.astype(np.uint8), GREY.astype(np.int32), GREY, GREY / 255, (GREY / 255).astype("f4"),
     GREY.astype(np.uint16) * 257],
)  # fmt: skip
def test_grey_of_any_type_stays_grey(values):
    np.testing.assert_array_equal(grey_levels(values)[0], GREY.astype(np.uint8))


def test_shares_that_resampling_left_above_white_are_white():
    shares = GREY / 255 * 1.2
    np.testing.assert_array_equal(grey_levels(shares)[0], np.rint(shares.clip(max=1) * 255))
    assert clip_levels(shares) is shares
    np.testing.assert_array_equal(clip_levels(GREY), GREY.astype(np.uint8))
    np.testing.assert_array_equal(clip_levels(MASK * 2.0), MASK * np.uint8(255))


def test_grey_that_is_nearly_white_stays_as_it_is():
    values = np.array([0, 3, 200], np.uint8)
    assert grey_levels(values)[0] is not None
    np.testing.assert_array_equal(grey_levels(values)[0], values)


@pytest.mark.parametrize(
    "values",
    [
        np.array([0, 3, 39], np.uint8), np.array([0, 1, 2]), np.array([-1, 0]),
        np.array([0, 0.1, 0.2]), np.array([0, np.nan]), np.array([0, np.inf]),
        np.array([0, 300, 400]), np.array([0, 1 << 20, 1 << 21]), np.array(["a"]),
        np.array([0, 1j]),
    ],
)  # fmt: skip
def test_what_could_mean_anything_is_refused(values):
    with pytest.raises(DataError):
        grey_levels(values)


def test_nothing_is_black():
    np.testing.assert_array_equal(grey_levels(np.zeros((2, 3)))[0], np.zeros((2, 3), np.uint8))
    assert grey_levels(np.zeros((0, 3)))[0].shape == (0, 3)


def test_a_person_in_black_is_refused():
    person = np.zeros((2, 9, 9), np.uint8)
    person[:, 2:, 3:6] = 255
    require_dark_border(person)
    with pytest.raises(DataError, match="invert it"):
        require_dark_border(255 - person)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32, np.uint64])
def test_labels_of_any_type_are_bytes(kind):
    found = labels(np.array([0, 3, 11], kind), 12)
    assert (found.dtype, found.tolist()) == (np.uint8, [0, 3, 11])


@pytest.mark.parametrize(
    ("values", "reason"),
    [([0, 12], "the label 12"), ([-1, 3], "the label -1"), ([0.5, 1], "fractions"),
     ([np.nan, 1], "fractions"), (["a"], "no map of labels")],
)  # fmt: skip
def test_what_is_no_label_is_refused(values, reason):
    with pytest.raises(DataError, match=reason):
        labels(np.array(values), 12)
