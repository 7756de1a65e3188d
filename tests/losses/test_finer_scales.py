import torch
from torch.testing import assert_close

from meshgait.losses import batch_all_triplet
from meshgait.losses.finer_scales import FinerScales


def test_it_is_the_triplets_of_both_scales_and_not_of_the_embedding():
    label = torch.arange(8) // 2
    joints, limbs = torch.randn(2, 8, 5).double().requires_grad_()
    loss = FinerScales(margin=0.4)(torch.zeros(8, 1, 5), label, joints, limbs)
    one, other = (batch_all_triplet(x.unsqueeze(1), label, 0.4) for x in (joints, limbs))
    assert_close(loss, 0.3 * one + 0.2 * other)
