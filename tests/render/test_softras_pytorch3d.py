"""Parity with the real PyTorch3D: `make test-pytorch3d` runs this in an environment of its own."""

import pytest
import torch

from meshgait import Camera, render
from meshgait.body import Body
from meshgait.errors import DependencyError
from tests.render import shapes

pytestmark = pytest.mark.pytorch3d
try:
    from meshgait.render import softras_pytorch3d
except DependencyError as error:
    pytest.skip(str(error), allow_module_level=True)


def body(size, turns):
    """The embedded body from several sides, (N, V, 2) in pixels, and its faces."""
    mesh = Body.embedded()(pose=torch.zeros(1, 72), betas=torch.zeros(10))[0]
    camera = Camera.orbit(turns, 5.0, 4.0, size, target=(0.0, -0.2, 0.0), fov_deg=30.0)
    return camera.project(mesh.vertices.expand(len(turns), -1, 3)), mesh.faces


def with_gradient(points, weight, *rest, **options):
    leaf = points.clone().requires_grad_()
    image = render.softras(leaf, *rest, **options)
    return image.detach(), torch.autograd.grad((image * weight).sum(), leaf)[0]


# It works in float32. Alpha is the steeper the smaller sigma, and where half of the shorter side
# is no power of two it also rounds the pixels' centres.
@pytest.mark.parametrize(
    ("size", "sigma", "limit"),
    [
        ((64, 64), 1e-4, 2e-6),
        ((64, 32), 1e-4, 2e-6),
        ((64, 64), 1e-5, 1e-5),
        ((64, 44), 1e-4, 5e-5),
    ],
)
def test_alpha_and_gradient_of_a_body_are_pytorch3ds(size, sigma, limit):
    points, faces = body(size, torch.tensor([0.0, 70.0]))
    arguments = points, torch.randn(len(points), *size), faces, size
    theirs, their_slope = with_gradient(*arguments, sigma=sigma, backend="pytorch3d")
    assert 0.02 < theirs.mean() < 0.5
    for backend in ("numba", "reference"):
        ours, our_slope = with_gradient(*arguments, sigma=sigma, backend=backend)
        error = (theirs - ours).abs().max()
        slope = (their_slope - our_slope).norm() / their_slope.norm()
        print(f"\n{size}, sigma {sigma:g}, {backend}: alpha {error:.1e}, gradient {slope:.1e}")
        assert error < limit
        assert slope < 1e-4


def test_lists_grow_until_no_face_is_forgotten(monkeypatch):
    vertices, faces = shapes.figure()
    points = shapes.turned(vertices, 2, size=(16, 14)).float()
    expected = render.softras(points, faces, (16, 14), sigma=1e-2, backend="reference")
    monkeypatch.setattr(softras_pytorch3d, "FACES_PER_PIXEL", 2)
    found = render.softras(points, faces, (16, 14), sigma=1e-2, backend="pytorch3d")
    torch.testing.assert_close(found, expected, atol=2e-6, rtol=0)


def test_leading_dimensions_and_types_are_those_given():
    vertices, faces = shapes.sphere(1)
    points = shapes.turned(vertices, 4, size=(16, 14)).view(2, 2, -1, 2)
    image = render.softras(points, faces, (16, 14), backend="pytorch3d")
    assert image.dtype == torch.float64
    assert image.shape == (2, 2, 16, 14)
    assert render.softras(points[:0], faces, (16, 14), backend="pytorch3d").shape[0] == 0
