import pytest
import torch
from torch.nn.functional import conv3d, leaky_relu
from torch.testing import assert_close

from meshgait.errors import ShapeError
from meshgait.nn import GlobalLocal


@pytest.mark.parametrize("stack", [True, False])
def test_the_local_stream_sees_each_strip_alone(stack):
    layer = GlobalLocal(3, 5, strips=4, stack=stack).double()
    x = torch.randn(2, 3, 4, 8, 6, dtype=torch.float64)
    whole = leaky_relu(conv3d(x, layer.whole.weight, padding=1), 0.01)
    strips = [conv3d(strip, layer.local.weight, padding=1) for strip in x.chunk(4, dim=3)]
    local = leaky_relu(torch.cat(strips, dim=3), 0.01)
    expected = torch.cat([whole, local], dim=3) if stack else whole + local
    assert_close(layer(x), expected)


def test_features_have_channels_last_in_memory():
    x = GlobalLocal(2, 4, strips=2)(torch.rand(2, 2, 3, 4, 5))
    assert x.is_contiguous(memory_format=torch.channels_last_3d)


def test_uneven_strips_are_refused():
    with pytest.raises(ShapeError, match="10 rows high cannot be cut into 4 equal strips"):
        GlobalLocal(1, 1, strips=4)(torch.zeros(1, 1, 3, 10, 4))
