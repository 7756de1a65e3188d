import numpy as np
import pytest
import torch

from meshgait.errors import DataError
from meshgait.gallery import digest_of, vectors_of
from meshgait.metrics import part_distance
from meshgait.models import GEINet, create
from tests.gallery.people import embeddings


def test_the_inner_product_is_the_mean_cosine_of_the_parts():
    values = embeddings(5, 1)[:, 0]
    flat = vectors_of(values)
    expected = part_distance(torch.from_numpy(values), torch.from_numpy(values), "cosine")
    np.testing.assert_allclose(1 - flat @ flat.T, expected, atol=64 * 2**-24)


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_a_part_without_direction_is_refused(bad):
    values = embeddings(1, 2)[0]
    values[1, 2] = bad
    with pytest.raises(DataError, match="all 0"):
        vectors_of(values)


def test_a_digest_is_that_of_the_weights_and_settings():
    torch.manual_seed(0)
    model = create("GEINet")
    before = digest_of(model)
    assert before == digest_of(model)
    assert len(before) == 64
    with torch.no_grad():
        next(model.parameters()).view(-1)[0] += 1e-3
    assert digest_of(model) != before
    assert isinstance(model, GEINet)
