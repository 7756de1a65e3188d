import torch

from meshgait.nn import Frames
from meshgait.nn.graph.residual_graph import COCO_JOINTS, COCO_LINKS, ResidualGraph

# The 17 joints of COCO: nose, then left before right.
OTHER_SIDE = (0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15)


def linked(pairs):
    return {frozenset(pair) for pair in pairs}


def test_left_and_right_are_linked_alike():
    other = [(OTHER_SIDE[a], OTHER_SIDE[b]) for a, b in COCO_LINKS]
    assert linked(other) == linked(COCO_LINKS)
    assert len(linked(COCO_LINKS)) == len(COCO_LINKS)


def test_every_joint_is_reached_from_the_nose():
    reached = {0}
    for _ in range(COCO_JOINTS):
        reached |= {j for pair in COCO_LINKS if reached & set(pair) for j in pair}
    assert reached == set(range(COCO_JOINTS))


def test_every_view_counts_by_its_own_branch_and_clips_do_not_see_each_other():
    views = {"inputs": 2, "features": 3, "branch": (8, 4), "stream": (8,)}
    network = ResidualGraph(COCO_LINKS, COCO_JOINTS, **views).double().eval()
    x, device = torch.randn(10, 2, COCO_JOINTS, 3).double(), torch.device("cpu")
    two, one = Frames.of_lengths((5, 5), device), Frames.of_lengths((5,), device)
    found = network(x, two)
    assert found.shape == (2, 8)
    torch.testing.assert_close(network(x[5:], one), found[1:])
    for view in (0, 1):
        other = network(x.index_fill(1, torch.tensor(view), 0.0), two)
        assert (other - found).abs().amin(0).max() > 1e-3
