import torch
from torch.testing import assert_close

from meshgait.nn import NetVlad


def test_it_is_the_sum_of_shared_differences_each_of_one_length():
    layer, x = NetVlad(3, 5).double(), torch.randn(2, 7, 5, dtype=torch.float64)
    expected = torch.zeros(2, 3, 5, dtype=torch.float64)
    for cloud in range(2):
        for point in x[cloud]:
            logits = layer.share.weight @ point + layer.share.bias
            share = logits.exp() / logits.exp().sum()
            for k in range(3):
                expected[cloud, k] += share[k] * (point - layer.centres[k])
    expected = expected / expected.norm(dim=2, keepdim=True) / 3**0.5
    assert_close(layer(x), expected)
    assert_close(layer(x[:, torch.randperm(7)]), expected)
