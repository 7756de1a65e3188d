import pytest
import torch
from torch.testing import assert_close

from meshgait.losses.part_classifiers import PartCrossEntropy
from meshgait.models import MSGG, msgg
from tests.models.originals import count_parameters


def test_msgg_and_its_classifier_have_as_many_parameters_as_published():
    with torch.device("meta"):
        model = MSGG()
        head = PartCrossEntropy(*model.embedding_shape, num_ids=5153, normed=True)
    assert count_parameters(model, head) == 2_194_760
    assert count_parameters(model, head.norm) == 1_535_176


@pytest.mark.parametrize("level", msgg.LEVELS)
def test_what_a_node_takes_adds_up_to_one(level):
    shares = msgg.link_shares(level)
    assert_close(shares.sum((0, 1)), torch.ones(level.nodes))
    assert_close(shares[0].diagonal(), 1 / (shares > 0).sum((0, 1)).float())
