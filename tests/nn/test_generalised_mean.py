import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import ShapeError
from meshgait.nn import GeneralisedMean


@pytest.mark.parametrize("exponent", [1.0, 6.5])
def test_it_is_the_root_of_the_mean_power_of_each_strip(exponent):
    pool = GeneralisedMean(4, exponent=exponent).double()
    x = torch.randn(2, 3, 8, 5, dtype=torch.float64)
    strips = [s.clamp_min(1e-6).pow(exponent).mean((2, 3)) for s in x.chunk(4, dim=2)]
    assert_close(pool(x), torch.stack(strips, dim=1).pow(1 / exponent))


def test_empty_rows_give_finite_gradients_in_single_precision():
    pool = GeneralisedMean(2)
    x = torch.zeros(1, 1, 4, 3, requires_grad=True)
    pool(x).sum().backward()
    assert x.grad.isfinite().all()
    assert pool.exponent.grad.isfinite().all()


def test_uneven_strips_are_refused():
    with pytest.raises(ShapeError, match="10 rows high cannot be cut into 4 equal strips"):
        GeneralisedMean(4)(torch.zeros(1, 1, 10, 3))
