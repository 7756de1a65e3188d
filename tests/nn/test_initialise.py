import math

import torch
from torch import nn

from meshgait.nn import initialise_


def test_every_layer_starts_as_published():
    net = nn.Sequential(nn.Conv2d(8, 32, 3), nn.BatchNorm2d(2000), nn.Linear(100, 50, bias=False))
    conv, norm, linear = net
    initialise_(net)
    for layer, fan in ((conv, (8 + 32) * 9), (linear, 150)):
        bound = math.sqrt(6 / fan)
        assert bound * 0.98 < layer.weight.abs().max() <= bound
    assert not conv.bias.any()
    assert not norm.bias.any()
    assert abs(norm.weight.mean() - 1) < 0.002
    assert abs(norm.weight.std() - 0.02) < 0.002


def test_other_layers_stay():
    net = nn.Sequential(nn.Embedding(3, 4), nn.BatchNorm1d(3, affine=False))
    before = net[0].weight.clone()
    initialise_(net)
    assert torch.equal(net[0].weight, before)
