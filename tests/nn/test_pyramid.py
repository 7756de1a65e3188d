import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from meshgait.errors import ShapeError
from meshgait.nn import horizontal_pyramid


@settings(deadline=None)
@given(st.lists(st.sampled_from([1, 2, 3, 4, 6, 12]), min_size=1, max_size=4))
def test_each_part_is_mean_plus_maximum_of_its_strip(bins):
    features = torch.randn(2, 3, 12, 5)
    strips = [features[:, :, i * 12 // b : (i + 1) * 12 // b] for b in bins for i in range(b)]
    expected = [strip.mean((2, 3)) + strip.amax((2, 3)) for strip in strips]
    assert_close(horizontal_pyramid(features, bins), torch.stack(expected, dim=1))


def test_the_published_pyramid_has_31_parts_from_fine_to_whole():
    features = torch.arange(16.0).expand(1, 1, 1, 16).mT
    parts = horizontal_pyramid(features).flatten()
    assert len(parts) == 31
    assert_close(parts[:16], 2 * torch.arange(16.0))
    assert parts[-1] == 7.5 + 15


def test_memory_layout_does_not_matter():
    features = torch.randn(2, 3, 16, 11)
    there = features.to(memory_format=torch.channels_last)
    assert_close(horizontal_pyramid(there), horizontal_pyramid(features))


@pytest.mark.parametrize("bins", [(8, 5), (32,), (0,)])
def test_uneven_strips_are_refused(bins):
    with pytest.raises(ShapeError, match=f"16 rows high cannot be cut into {bins[-1]} equal"):
        horizontal_pyramid(torch.zeros(1, 1, 16, 11), bins)
