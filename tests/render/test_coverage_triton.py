"""The CUDA kernels: in Triton's interpreter where there is no GPU, and on one where there is."""

import importlib.util
import os
import subprocess
import sys

import pytest
import torch
from torch.testing import assert_close

from meshgait import render
from meshgait.errors import ConfigError
from tests.render import shapes

needs_triton = pytest.mark.skipif(
    importlib.util.find_spec("triton") is None, reason="triton is not installed"
)


def compare(device, views, size):
    """Image and gradient of both backends for closed and open meshes, float32 and float64."""
    vertices, faces = shapes.sphere(1)
    vertices = torch.cat([vertices, 0.7 * vertices + 0.6])  # layers over one another
    faces = torch.cat([faces, faces + len(vertices) // 2])
    for subpixels, is_open, dtype in (
        (1, False, torch.float32),
        (2, True, torch.float32),
        (2, False, torch.float64),
        (1, True, torch.float64),
    ):
        kept = (faces[20:] if is_open else faces).to(device)
        for scale in (0.3, 0.8):
            points = shapes.turned(vertices, views, size=size, scale=scale).to(device, dtype)
            weight = torch.randn(views, *size, dtype=dtype).to(device)
            results = []
            for backend in ("triton", "reference"):
                points = points.detach().requires_grad_()
                image = render.coverage(points, kept, size, subpixels=subpixels, backend=backend)
                results.append((image, *torch.autograd.grad((image * weight).sum(), points)))
            (image, gradient), (expected, slope) = results
            exact = dtype == torch.float64
            assert_close(image, expected, atol=1e-9 if exact else 1e-5, rtol=0)
            assert (gradient - slope).norm() < (1e-9 if exact else 2e-3) * slope.norm()
            assert slope.norm() > 0


@needs_triton
def test_image_and_gradient_equal_the_reference_in_the_interpreter():
    script = "from tests.render.test_coverage_triton import compare; compare('cpu', 2, (16, 12))"
    environment = os.environ | {"TRITON_INTERPRET": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


@needs_triton
@pytest.mark.gpu
def test_image_and_gradient_equal_the_reference_on_the_gpu():
    compare("cuda", 5, (64, 44))


def test_it_draws_on_cuda_only():
    with pytest.raises(ConfigError, match="cannot draw on cpu"):
        render.coverage(torch.rand(3, 2), shapes.TRIANGLE, (4, 4), backend="triton")
