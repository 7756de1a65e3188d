import math

import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import ShapeError
from meshgait.nn import PartLinear


def test_each_part_has_its_own_map():
    layer = PartLinear(5, 7, 3)
    x = torch.randn(4, 5, 7)
    expected = torch.stack([x[:, p] @ layer.weight[p] for p in range(5)], dim=1)
    assert_close(layer(x), expected)


def test_it_starts_within_the_published_bound():
    weight = PartLinear(31, 256, 64).weight
    bound = math.sqrt(6 / ((256 + 31) * 64))
    assert bound * 0.999 < weight.abs().max() <= bound


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("shape", [(2, 7, 5), (2, 5, 8), (2, 5)])
def test_other_embeddings_are_refused(shape):
    with pytest.raises(ShapeError, match=r"5 parts of 7 channels \(B, 5, 7\)"):
        PartLinear(5, 7, 3)(torch.zeros(shape))
