import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.metrics import same


def test_pairs_of_equal_labels_are_the_same():
    probe, gallery = ["000", "018"], np.array(["018", "000", "018"])
    expected = [[one == other for other in gallery] for one in probe]
    assert same(probe, gallery).tolist() == expected
    assert same([1, 2], [2]).tolist() == [[False], [True]]


def test_numbers_are_not_compared_with_words():
    with pytest.raises(DataError, match="all integers or all strings"):
        same([1], ["1"])


def test_great_numbers_of_people_are_equal_only_to_themselves():
    """NumPy joins signed and unsigned ones as floats, in which neighbours are the same."""
    signed, unsigned = np.array([2**53, 5], np.int64), np.array([2**53 + 1, 5], np.uint64)
    assert same(signed, unsigned).tolist() == [[False, False], [False, True]]
