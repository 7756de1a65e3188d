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


@torch.no_grad()
def test_what_is_drawn_as_wide_as_it_is_seen_gives_no_reason_to_change():
    correction = ShapeCorrection(16)
    correction.hidden[0].weight[:, 16:] = 0  # hears of nothing but how widths differ
    images, turn = torch.rand(5, 16, 11), torch.eye(3).expand(5, 3, 3)
    found = correction(images, images, turn)
    assert torch.equal(found, found[:1].expand(5, -1))
    assert not torch.equal(correction(images, images / 2, turn), found)
