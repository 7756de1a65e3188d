import pytest
import torch
from torch.nn.functional import batch_norm, pad, relu
from torch.testing import assert_close

from meshgait.errors import ShapeError
from meshgait.nn import SpatialTransform, transform_columns


def normalise(x, norm, training):
    return batch_norm(
        x,
        None if training else norm.running_mean,
        None if training else norm.running_var,
        norm.weight,
        norm.bias,
        training=training,
    )


@pytest.mark.parametrize("training", [False, True])
def test_it_is_the_published_network(training):
    layer = SpatialTransform(85, 4, hidden=(12, 10), dropout=0.3).double()
    for norm in (layer.bn1, layer.bn2, layer.bn3):
        torch.nn.init.uniform_(norm.running_mean)
        torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
        torch.nn.init.normal_(norm.bias)
    layer.train(training)
    body = torch.randn(9, 85, dtype=torch.float64)

    torch.manual_seed(7)
    x = relu(normalise(layer.fc1(body), layer.bn1, training))
    x = torch.nn.functional.dropout(layer.fc2(x), 0.3, training)
    x = relu(normalise(x, layer.bn2, training))
    x = torch.nn.functional.dropout(layer.fc3(x), 0.3, training)
    x = relu(normalise(x, layer.bn3, training))

    torch.manual_seed(7)
    assert_close(layer(body), x.reshape(9, 4, 4) + torch.eye(4, dtype=torch.float64))


def test_the_published_widths_are_the_default():
    layer = SpatialTransform(85, 32)
    shapes = [tuple(linear.weight.shape) for linear in (layer.fc1, layer.fc2, layer.fc3)]
    assert shapes == [(128, 85), (256, 128), (1024, 256)]
    assert layer.dropout.p == 0.2


def test_the_product_is_that_of_the_map_padded_to_a_square():
    features = torch.randn(3, 5, 16, 11, dtype=torch.float64)
    matrix = torch.randn(3, 16, 16, dtype=torch.float64)
    expected = pad(features, (0, 5)) @ matrix[:, None]
    for layout in (torch.contiguous_format, torch.channels_last):
        found = transform_columns(features.to(memory_format=layout), matrix)
        assert_close(found, expected, rtol=1e-12, atol=1e-12)


def test_rows_beyond_the_width_do_not_matter_at_all():
    features, matrix = torch.randn(2, 3, 16, 11), torch.randn(2, 16, 16)
    other = matrix.clone()
    other[:, 11:] = torch.nan
    assert torch.equal(transform_columns(features, matrix), transform_columns(features, other))


def test_a_map_wider_than_the_matrix_is_refused():
    with pytest.raises(ShapeError, match="17 columns wide do not fit matrices of 16 rows"):
        transform_columns(torch.zeros(1, 1, 16, 17), torch.zeros(1, 16, 16))
