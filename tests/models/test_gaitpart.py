from dataclasses import replace

import pytest

from meshgait.models import GaitPart, gaitpart
from tests.models.originals import assert_the_original_agrees, count_parameters


def test_the_original_gives_the_same_numbers():
    assert_the_original_agrees("gaitpart", GaitPart(), gaitpart.OFFICIAL_NAMES, rtol=1e-12)


@pytest.mark.parametrize("size", [(64, 44), (128, 88)])
def test_parameters_are_as_many_as_published(size):
    assert count_parameters(GaitPart(GaitPart.Config(size=size))) == 1_204_000


def test_the_network_for_oumvlp_has_a_longer_last_stage():
    model = GaitPart(gaitpart.OUMVLP)
    shapes = {name: weight.shape for name, weight in model.named_parameters()}
    assert shapes["backbone.16.weight"] == (256, 256, 3, 3)
    assert shapes["head.weight"] == (16, 256, 256)
    assert [layer.strips for layer in model.backbone if hasattr(layer, "strips")] == [1] * 4 + [
        8
    ] * 4
    assert GaitPart(replace(gaitpart.OUMVLP, width=1 / 16)).embedding_shape == (16, 16)
