import itertools

import numpy as np
import pytest

from meshgait.numerics import seed, stream

KEYS = [(), (0,), (5,), (0, 0), (0, 5), (0, 1, 5), (0, 1, 5, 0), (2**32,), (2**70 + 5,), (-1,)]


def test_no_two_streams_meet():
    first = {
        (name, keys): stream(name, *keys).integers(2**63)
        for name, keys in itertools.product(("person", "clip", "clip, 0"), KEYS)
    }
    assert len(set(first.values())) == len(first)


@pytest.mark.usefixtures("unchecked")
def test_the_same_name_and_keys_are_the_same_stream_whatever_kind_of_number():
    expected = stream("clip", 3, 4).random(5)
    assert (stream("clip", *np.array([3, 4])).random(5) == expected).all()
    # Written down once: a change would change every data set and every training.
    assert seed("person", 0, 1, 5) == 1479136865228779763


@pytest.mark.parametrize("keys", KEYS)
def test_seeds_are_as_torch_takes_them(keys):
    assert 0 <= seed("dropout", *keys) < 2**63
