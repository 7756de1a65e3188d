import pytest
import torch

from meshgait.errors import DataError, ShapeError
from meshgait.nn import to_unit_range


def test_bytes_and_floats_become_the_same_images():
    pixels = torch.randint(0, 256, (2, 3, 8, 6), dtype=torch.uint8)
    found = to_unit_range(pixels, size=(8, 6), dtype=torch.float64)
    assert found.dtype == torch.float64
    assert torch.equal(found, (pixels.float() / 255).double())
    assert torch.equal(found, to_unit_range(pixels.float() / 255, size=(8, 6), dtype=found.dtype))


def test_images_of_another_size_are_refused():
    with pytest.raises(ShapeError, match="64 rows high and 44 columns wide, got 64 x 64"):
        to_unit_range(torch.zeros(64, 64), size=(64, 44), dtype=torch.float32)


def test_integers_of_unknown_range_are_refused():
    with pytest.raises(DataError, match=r"bytes 0\.\.255 or floats 0\.\.1, got torch.int64"):
        to_unit_range(torch.zeros(2, 2).long(), size=(2, 2), dtype=torch.float32)
