import math

import pytest
import torch
from torch.testing import assert_close

from meshgait import render
from meshgait.errors import ConfigError
from tests.render import shapes

BACKENDS = ["numba", "reference"]
SIZE = (16, 14)


@pytest.fixture(params=BACKENDS)
def backend(request):
    if request.param != "reference":
        pytest.importorskip(request.param)
    return request.param


def edge_function(p, a, b):
    """As PyTorch3D defines it."""
    return (p[..., 0] - a[..., 0]) * (b[..., 1] - a[..., 1]) - (p[..., 1] - a[..., 1]) * (
        b[..., 0] - a[..., 0]
    )


def to_line(p, a, b):
    length = (b - a).square().sum(-1)
    t = (((b - a) * (p - a)).sum(-1) / length.clamp(min=1e-30)).clamp(0, 1)
    square = (p - (a + t[..., None] * (b - a))).square().sum(-1)
    return torch.where(length <= 1e-8, (p - b).square().sum(-1), square)


def pytorch3d_formula(points, faces, size, sigma, blur_radius):
    """Every face against every pixel in float64, in PyTorch3D's axes: x left, y up, [-1, 1]."""
    H, W = size
    half = min(H, W) / 2
    y = -(torch.arange(H, dtype=torch.float64) + 0.5 - H / 2) / half
    x = -(torch.arange(W, dtype=torch.float64) + 0.5 - W / 2) / half
    pixel = torch.stack(torch.meshgrid(x, y, indexing="xy"), -1)[None]  # (1, H, W, 2)
    ndc = -(points.double() - torch.tensor([W / 2, H / 2])) / half
    v0, v1, v2 = ndc[faces].unbind(1)
    area = edge_function(v2, v0, v1)
    keep = area.abs() > 1e-8
    v0, v1, v2, area = (v[keep][:, None, None] for v in (v0, v1, v2, area))
    weights = [edge_function(pixel, *ends) for ends in ((v1, v2), (v2, v0), (v0, v1))]
    inside = torch.stack([w / (area + 1e-8) > 0 for w in weights]).all(0)
    lines = [to_line(pixel, *ends) for ends in ((v0, v1), (v0, v2), (v1, v2))]
    distance = torch.stack(lines).amin(0)
    counts = inside | (distance < blur_radius)
    signed = torch.where(inside, -distance, distance)
    chance = torch.sigmoid(-signed / sigma) * counts
    return 1 - (1 - chance).prod(0)


@pytest.mark.parametrize("sigma", [1e-4, 1e-2])
def test_alpha_and_gradient_equal_pytorch3ds_formula(backend, sigma):
    vertices, faces = shapes.figure(sides=6)
    radius = math.log(1 / 1e-4 - 1) * sigma
    for scale in (0.45, 1.5):
        points = shapes.turned(vertices, 2, size=SIZE, scale=scale).float().requires_grad_()
        weight = torch.randn(2, *SIZE, dtype=torch.float64)
        truth = torch.stack([pytorch3d_formula(p, faces, SIZE, sigma, radius) for p in points])
        (expected,) = torch.autograd.grad((truth * weight).sum(), points)
        image = render.softras(points, faces, SIZE, sigma=sigma, backend=backend)
        (gradient,) = torch.autograd.grad((image * weight.float()).sum(), points)
        assert_close(image.double(), truth, atol=2e-6, rtol=0)
        assert (gradient - expected).norm() < 1e-5 * expected.norm()


def test_gradient_equals_finite_differences(backend):
    vertices, faces = shapes.figure(sides=6)
    points = shapes.turned(vertices, 2, size=SIZE)
    weight, direction = torch.randn(2, *SIZE, dtype=torch.float64), torch.randn_like(points)

    def loss(x):
        image = render.softras(x, faces, SIZE, sigma=1e-2, blur_radius=0.3, backend=backend)
        return (image * weight).sum()

    finite = (loss(points + 1e-6 * direction) - loss(points - 1e-6 * direction)) / 2e-6
    points.requires_grad_()
    (gradient,) = torch.autograd.grad(loss(points), points)
    assert (gradient * direction).sum().item() == pytest.approx(finite.item(), rel=1e-5)


def test_it_inflates_a_fine_mesh_and_coverage_does_not():
    coarse, fine = shapes.sphere(1), shapes.sphere(4)
    for vertices, faces in (coarse, fine):
        points = vertices[:, :2].float() * 20 + 32
        exact = render.coverage(points, faces, (64, 64)).sum()
        soft = render.softras(points, faces, (64, 64), sigma=1e-4).sum()
        assert 1.0 < soft / exact < 1.2
    assert soft / exact > 1.03


def test_leading_dimensions_are_free_and_nothing_is_empty(backend):
    vertices, faces = shapes.sphere(1)
    points = shapes.turned(vertices, 4, size=SIZE)
    single = torch.stack([render.softras(p, faces, SIZE, backend=backend) for p in points])
    assert_close(
        render.softras(points.view(2, 2, -1, 2), faces, SIZE, backend=backend),
        single.view(2, 2, *SIZE),
    )
    assert render.softras(points[:0], faces, SIZE, backend=backend).shape == (0, *SIZE)
    assert not render.softras(points + 1e6, faces, SIZE, backend=backend).any()
    assert not render.softras(points * 0, faces, SIZE, backend=backend).any()


@pytest.mark.parametrize("ends", [((2, 3), (10, 3)), ((5, 2), (5, 14)), ((2, 3), (12, 15))])
def test_a_face_seen_from_its_edge_draws_nothing(backend, ends):
    start, end = torch.tensor(ends, dtype=torch.float32)
    corners = torch.stack([start, (start + end) / 2, end])  # exact, as sides are powers of two
    for faces in ([0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 2, 1]):
        line = render.softras(corners, torch.tensor([faces]), (16, 16), sigma=1e-2, backend=backend)
        assert not line.any()


@pytest.mark.parametrize("options", [{"sigma": 0.0}, {"sigma": -1.0}, {"blur_radius": -1.0}])
def test_softness_that_makes_no_sense_is_refused(options):
    with pytest.raises(ConfigError, match="sigma must be positive"):
        render.softras(torch.rand(3, 2), shapes.TRIANGLE, SIZE, **options)
