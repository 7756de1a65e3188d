import torch

from meshgait.nn import ShapeCorrection
from meshgait.nn.shape_correction import MOST


def test_it_starts_small_and_stays_bounded():
    correction = ShapeCorrection(64)
    images, turn = torch.rand(2, 5, 64, 44), torch.eye(3).expand(5, 3, 3)
    correction.start_small_()
    assert correction(images[0], images[1], turn).abs().max() < 1
    torch.nn.init.constant_(correction.last.bias, 1e3)
    assert (correction(images[0], images[1], turn) <= MOST).all()
