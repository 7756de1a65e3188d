import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import DataError
from meshgait.losses import CenterLoss


def test_it_is_half_the_mean_squared_distance_to_the_own_centre():
    loss, label = CenterLoss(2, 3, num_ids=4), torch.tensor([3, 0, 3])
    embedding = torch.randn(3, 2, 3)
    expected = sum(
        (embedding[i, p] - loss.center[y, p]).square().sum() / 2
        for i, y in enumerate(label.tolist())
        for p in range(2)
    )
    assert_close(loss(embedding, label), expected / 6)
    loss(embedding, label).backward()
    assert loss.center.grad[[0, 3]].any(-1).all()
    assert not loss.center.grad[[1, 2]].any()


def test_a_label_without_a_centre_is_named():
    with pytest.raises(DataError, match="label 4 is not one of the 4 identities"):
        CenterLoss(1, 2, num_ids=4)(torch.zeros(1, 1, 2), torch.tensor([4]))
