import pytest
import torch
from torch.testing import assert_close

from meshgait.models import GaitSet, gaitset
from tests.models.originals import assert_the_original_agrees, count_parameters


def test_the_original_gives_the_same_numbers():
    assert_the_original_agrees("gaitset", GaitSet(), gaitset.OFFICIAL_NAMES, rtol=1e-12)


@pytest.mark.parametrize("size", [(64, 44), (128, 88)])
def test_parameters_are_as_many_as_published(size):
    assert count_parameters(GaitSet(GaitSet.Config(size=size))) == 2_594_592


def test_the_network_for_oumvlp_has_twice_the_channels():
    shapes = {name: weight.shape for name, weight in GaitSet(gaitset.OUMVLP).named_parameters()}
    assert shapes["frame_blocks.3.2.weight"] == (256, 256, 3, 3)
    assert shapes["head.weight"] == (62, 256, 256)


def test_both_streams_start_alike_and_are_not_tied():
    model = GaitSet(GaitSet.Config(width=1 / 16))
    frame, whole = model.frame_blocks["3"][0].weight, model.set_blocks["3"][0].weight
    assert torch.equal(frame, whole)
    assert frame.data_ptr() != whole.data_ptr()


def test_the_order_of_frames_does_not_matter():
    model = GaitSet(GaitSet.Config(width=1 / 16)).eval()
    silhouette = torch.randint(0, 256, (1, 6, 64, 44), dtype=torch.uint8)
    assert_close(model(silhouette), model(silhouette[:, torch.randperm(6)]))
