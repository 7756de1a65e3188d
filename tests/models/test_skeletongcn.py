import torch

from meshgait.models.skeletongcn import SkeletonEncoder
from meshgait.nn.frames import Frames


def test_the_layers_of_the_graph_may_differ():
    encoder = SkeletonEncoder((4, 6, 10)).eval()
    smpl = torch.zeros(1, 3, 85)
    assert encoder(smpl[0], Frames.of(smpl, None)).shape == (1, encoder.channels)
