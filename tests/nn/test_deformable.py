import torch
from torch.nn.functional import conv2d
from torch.testing import assert_close

from meshgait.nn import DeformableConv2d


def test_without_offsets_it_is_a_convolution():
    layer, x = DeformableConv2d(3, 5).double(), torch.randn(2, 3, 7, 6).double()
    found = layer(x, x.new_zeros(2, 18, 7, 6), x.new_ones(2, 9, 7, 6))
    assert_close(found, conv2d(x, layer.weight, layer.bias, padding=1))


def test_taps_move_down_and_right_between_pixels_and_into_zeros():
    """One tap at a time, with a weight and a step of its own."""
    x, generator = torch.randn(1, 1, 6, 5).double(), torch.Generator().manual_seed(0)
    for tap in range(9):
        layer = DeformableConv2d(1, 1).double()
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
        layer.weight.data.flatten()[tap] = 2.0
        down, right = (4 * torch.rand(2, generator=generator).double() - 2).tolist()
        offset = torch.zeros(1, 18, 6, 5).double()
        offset[:, 2 * tap], offset[:, 2 * tap + 1] = down, right
        found = layer(x, offset, torch.full((1, 9, 6, 5), 0.5).double())[0, 0]
        for row in range(6):
            for column in range(5):
                y, x_place = row + tap // 3 - 1 + down, column + tap % 3 - 1 + right
                value = 0.0
                for i in range(6):
                    for j in range(5):
                        near = max(0.0, 1 - abs(y - i)) * max(0.0, 1 - abs(x_place - j))
                        value += near * float(x[0, 0, i, j])
                assert_close(found[row, column].item(), value, rtol=1e-9, atol=1e-9)
