import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.io.checked import three_a_frame


def test_three_numbers_a_frame_may_have_other_axes():
    assert three_a_frame("transl", np.zeros((4, 1, 3)), 4).shape == (4, 3)
    with pytest.raises(DataError, match=r"transl is \(4, 2\) for 4 frames"):
        three_a_frame("transl", np.zeros((4, 2)), 4)
