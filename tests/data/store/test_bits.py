import sys

import numpy as np
import pytest

from meshgait.data.store.bits import unpack


@pytest.mark.parametrize("shape", [(8,), (64, 44), (3, 5), (2, 2, 2), (1, 1)])
@pytest.mark.parametrize("frames", [0, 1, 7])
@pytest.mark.parametrize("has_numba", [True, False])
def test_bits_become_the_black_and_white_that_was_packed(shape, frames, has_numba, monkeypatch):
    if not has_numba:
        monkeypatch.setitem(sys.modules, "numba", None)
    images = np.random.default_rng(0).integers(0, 2, (frames, *shape)).astype(np.uint8) * 255
    packed = np.packbits(images.reshape(frames, int(np.prod(shape))), axis=1)
    found = unpack(packed, shape)
    np.testing.assert_array_equal(found, images)
    assert found.dtype == np.uint8
    assert found.flags.writeable
