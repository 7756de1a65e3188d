"""GEINet and SiaNet: networks on gait energy images."""

import pytest
import torch
from torch.testing import assert_close

from meshgait.models import GEINet, SiaNet


@pytest.mark.parametrize(("size", "inputs"), [((64, 44), 3780), ((128, 88), 22_680)])
def test_geinet_has_the_maps_of_the_paper(size, inputs):
    model = GEINet(GEINet.Config(size=size))
    assert model.head[0].weight.shape == (1024, inputs)
    assert model.features(torch.zeros(1, 1, *size)).shape == (1, inputs)


@pytest.mark.parametrize("size", [(64, 44), (128, 88)])
def test_sianet_gives_vectors_of_length_one_at_both_sizes(size):
    model = SiaNet(SiaNet.Config(size=size, width=1 / 16)).eval()
    embedding = model(torch.randint(0, 256, (2, 3, *size), dtype=torch.uint8))
    assert_close(embedding.norm(dim=2), torch.ones(2, 1))


@pytest.mark.parametrize("model_class", [GEINet, SiaNet])
def test_only_the_mean_silhouette_matters(model_class):
    model = model_class(model_class.Config(width=1 / 16)).eval()
    silhouette = torch.rand(1, 6, 64, 44)
    mean = silhouette.mean(1, keepdim=True)
    assert_close(model(silhouette), model(mean), rtol=1e-4, atol=1e-5)
