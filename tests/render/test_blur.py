import math

import pytest
import torch
from torch.testing import assert_close

from meshgait import render
from meshgait.errors import ConfigError


def test_softening_is_a_gaussian_average():
    image = torch.zeros(31, 41, dtype=torch.float64)
    image[12, 20] = 1
    y, x = torch.meshgrid(torch.arange(31) - 12.0, torch.arange(41) - 20.0, indexing="ij")
    expected = torch.exp(-(x**2 + y**2) / (2 * 1.7**2)) / (2 * math.pi * 1.7**2)
    assert_close(render.soften(image, 1.7), expected.double(), atol=2e-5, rtol=0)
    assert render.soften(image, 1.7).sum().item() == pytest.approx(1)


def test_no_softness_is_the_image_itself():
    image = torch.rand(3, 5, 6)
    assert torch.equal(render.soften(image, 0), image)
    assert_close(render.soften(image, 1e-3), image)


def test_gradient_is_the_same_average():
    image = torch.rand(2, 3, 9, 7, dtype=torch.float64, requires_grad=True)
    weight = torch.rand(2, 3, 9, 7, dtype=torch.float64)
    (gradient,) = torch.autograd.grad((render.soften(image, 1.2) * weight).sum(), image)
    assert_close(gradient, render.soften(weight, 1.2))


@pytest.mark.parametrize("sigma", [-1.0, math.nan, math.inf])
def test_a_softness_that_makes_no_sense_is_refused(sigma):
    with pytest.raises(ConfigError, match="sigma_px"):
        render.soften(torch.zeros(4, 4), sigma)
