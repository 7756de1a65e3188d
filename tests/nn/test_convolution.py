import pytest
import torch
from torch.nn.functional import conv2d, leaky_relu, max_pool2d
from torch.testing import assert_close

from meshgait.errors import ConfigError, ShapeError
from meshgait.nn import ConvStack, StripConv2d, join_strips, scale_channels, split_strips


def test_it_is_the_published_stack():
    stack = ConvStack(2, ((3, 4), (5,), (6, 7))).double()
    x = torch.randn(2, 2, 16, 12, dtype=torch.float64)
    expected = x
    for index, pool in ((0, False), (2, True), (5, True), (8, False), (10, False)):
        weight = stack.get_parameter(f"{index}.weight")
        expected = leaky_relu(conv2d(expected, weight, padding=weight.shape[-1] // 2), 0.01)
        expected = max_pool2d(expected, 2) if pool else expected
    assert_close(stack(x), expected)
    assert stack[0].weight.shape[-2:] == (5, 5)
    assert stack[2].weight.shape[-2:] == (3, 3)


def test_layers_are_numbered_as_in_the_published_checkpoints():
    stack = ConvStack(1, ((4, 4), (4, 4), (4, 4)))
    assert [name for name, _ in stack.named_parameters()] == [
        f"{index}.weight" for index in (0, 2, 5, 7, 10, 12)
    ]


def test_features_have_channels_last_in_memory():
    features = ConvStack(1, ((4, 4), (6,)))(torch.rand(3, 1, 8, 8))
    assert features.is_contiguous(memory_format=torch.channels_last)


def test_channels_are_scaled_and_never_vanish():
    assert scale_channels(((64, 64), (128, 256)), 1.5) == ((96, 96), (192, 384))
    assert scale_channels(((64,), (3,)), 0.01) == ((1,), (1,))


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_strips_are_convolved_each_alone(layout):
    layer = StripConv2d(3, 5, strips=4).double()
    x = torch.randn(2, 3, 16, 11, dtype=torch.float64).to(memory_format=layout)
    strips = [conv2d(strip, layer.weight, padding=1) for strip in x.chunk(4, dim=2)]
    assert_close(layer(x), torch.cat(strips, dim=2))


def test_strips_of_a_map_with_channels_last_are_views():
    x = torch.randn(2, 3, 16, 11).to(memory_format=torch.channels_last)
    strips = split_strips(x, 4)
    assert strips.data_ptr() == x.data_ptr()
    assert join_strips(strips, 4).data_ptr() == x.data_ptr()
    assert torch.equal(join_strips(strips, 4), x)


def test_uneven_strips_are_refused():
    with pytest.raises(ShapeError, match="10 rows high cannot be cut into 4 equal strips"):
        split_strips(torch.zeros(1, 1, 10, 3), 4)


def test_a_stack_has_strips_in_the_stages_that_ask_for_them():
    stack = ConvStack(1, ((4,), (4, 4)), strips=(1, 2), pool_last=True)
    assert [layer.strips for layer in stack if isinstance(layer, StripConv2d)] == [1, 2, 2]
    assert stack(torch.zeros(1, 1, 16, 8)).shape == (1, 4, 4, 2)
    with pytest.raises(ConfigError, match="2 stages need as many numbers of strips"):
        ConvStack(1, ((4,), (4,)), strips=(1,))


def test_one_input_channel_does_not_lose_the_layout():
    first = ConvStack(1, ((4,),))[0]
    features = first(torch.rand(3, 1, 8, 6))
    assert features.stride() == torch.empty(3, 8, 6, 4).permute(0, 3, 1, 2).stride()
