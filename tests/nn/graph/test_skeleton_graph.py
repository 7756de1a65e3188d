import torch
from torch.testing import assert_close

from meshgait.nn.graph import SkeletonGraph

CHAIN = ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5))


def test_a_joint_hears_of_those_two_bones_away():
    graph, x = SkeletonGraph(CHAIN, 6, features=3, channels=(4,)), torch.randn(1, 6, 3)
    slope = torch.autograd.functional.jacobian(graph, x)[0, :, :, 0].abs().sum((1, 3)) > 0
    near = (torch.arange(6)[:, None] - torch.arange(6)).abs() <= 2
    assert torch.equal(slope, near)


def test_frames_do_not_see_each_other():
    graph, x = SkeletonGraph(CHAIN, 6, features=3, channels=(4, 5)), torch.randn(3, 6, 3)
    assert_close(graph(x), torch.cat([graph(frame) for frame in x.split(1)]))
