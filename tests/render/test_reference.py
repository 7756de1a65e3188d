import functools

import hypothesis
import numpy as np
import pytest
import torch
from hypothesis import strategies as st
from torch.testing import assert_close

from meshgait import render
from meshgait.errors import ConfigError, DataError, MeshgaitError, ShapeError
from tests.render import shapes

coverage = functools.partial(render.coverage, backend="reference")


def directional(function, at, direction, step=1e-6):
    """Central difference, and what autograd says, of a scalar function along a direction."""
    finite = (function(at + step * direction) - function(at - step * direction)) / (2 * step)
    at = at.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(function(at), at)
    return finite.item(), (gradient * direction).sum().item()


@pytest.mark.parametrize("subpixels", [1, 2, 4])
def test_a_convex_shape_covers_exactly_its_area_in_every_pixel(subpixels):
    vertices, faces = shapes.sphere(2)
    points = shapes.turned(vertices, size=(24, 20))[0]
    image = coverage(points, faces, (24, 20), subpixels=subpixels)
    assert_close(image, shapes.convex_coverage(points, (24, 20)), atol=1e-12, rtol=0)


@pytest.mark.parametrize("wind", [[0, 1, 2], [2, 1, 0]])
def test_a_triangle_is_an_open_mesh_and_counts_from_both_sides(wind):
    points = torch.tensor([[2.3, 1.1], [9.7, 4.2], [3.4, 10.9]], dtype=torch.float64)
    image = coverage(points, torch.tensor([wind]), (12, 12), subpixels=1)
    assert_close(image, shapes.convex_coverage(points, (12, 12)), atol=1e-12, rtol=0)


def test_an_open_bowl_seen_from_the_side_covers_inside_and_outside():
    vertices, faces = shapes.sphere(3)
    bowl = faces[(vertices[faces][..., 1] > -0.2).all(1)]
    points = shapes.turned(vertices, 4, size=(32, 32), seed=5)
    image = coverage(points, bowl, (32, 32), subpixels=4)
    for frame, cloud in zip(image, points, strict=True):
        truth = shapes.supersampled(cloud, bowl, (32, 32), 16)
        assert (frame - truth).abs().max() < 0.1
        assert abs(frame.mean() - truth.mean()) < 1e-3


@pytest.mark.parametrize(("subpixels", "error"), [(1, 0.03), (2, 0.012), (4, 0.008)])
def test_at_the_edge_coverage_is_the_supersampled_union(subpixels, error):
    vertices, faces = shapes.figure()
    points = shapes.turned(vertices, 2, seed=1)
    image = coverage(points, faces, (64, 64), subpixels=subpixels)
    truth = torch.stack([shapes.supersampled(p, faces, (64, 64), 16) for p in points])
    edge = (truth > 0) & (truth < 1)
    assert (image - truth)[edge].abs().mean() < error
    assert (image - truth)[~edge].abs().max() < 0.02  # slivers between the samples


def test_two_meshes_in_one_image_are_their_union():
    vertices, faces = shapes.sphere(2)
    near, far = vertices[:, :2] * 8 + 12.3, vertices[:, :2] * 8 + 19.1
    both = coverage(torch.cat([near, far]), torch.cat([faces, faces + len(near)]), (32, 32))
    apart = [coverage(points, faces, (32, 32)) for points in (near, far)]
    full = torch.maximum(*apart) == 1
    assert_close(both[full], torch.ones_like(both[full]))
    single = torch.minimum(*apart) == 0
    assert_close(both[single], sum(apart)[single])
    assert both.max() <= 1


def test_moving_by_whole_pixels_moves_the_image():
    vertices, faces = shapes.figure()
    points = shapes.turned(vertices, size=(40, 40), scale=0.3)[0]
    image = coverage(points, faces, (40, 40))
    moved = coverage(points + torch.tensor([3.0, -2.0]), faces, (40, 40))
    assert_close(moved[:-2, 3:], image[2:, :-3], atol=1e-9, rtol=0)


def test_what_lies_outside_is_cut_off():
    vertices, faces = shapes.figure()
    points = shapes.turned(vertices, size=(48, 48))[0]
    whole = coverage(points, faces, (48, 48))
    window = coverage(points - torch.tensor([20.0, 15.0]), faces, (21, 13))
    assert_close(window, whole[15:36, 20:33], atol=1e-9, rtol=0)
    for aside in ([100.0, 0.0], [-100.0, 0.0], [0.0, 100.0], [0.0, -100.0]):
        assert coverage(points + torch.tensor(aside), faces, (48, 48)).abs().max() < 1e-12


def test_leading_dimensions_are_free():
    vertices, faces = shapes.sphere(1)
    points = shapes.turned(vertices, 6, size=(16, 12)).float()
    single = torch.stack([coverage(frame, faces, (16, 12)) for frame in points])
    assert_close(coverage(points, faces, (16, 12)), single)
    nested = coverage(points.view(3, 1, 2, -1, 2), faces, (16, 12))
    assert_close(nested, single.view(3, 1, 2, 16, 12))
    assert coverage(points[:0], faces, (16, 12)).shape == (0, 16, 12)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_dtype_follows_the_vertices(dtype):
    vertices, faces = shapes.sphere(1)
    image = coverage((vertices[:, :2] * 5 + 8).to(dtype), faces.int(), (16, 16))
    assert image.dtype == dtype
    assert 70 < image.double().sum() < 80


@pytest.mark.parametrize("subpixels", [1, 2])
@pytest.mark.parametrize("is_open", [False, True])
def test_gradient_equals_finite_differences(subpixels, is_open):
    vertices, faces = shapes.figure()
    faces = faces[100:] if is_open else faces
    points = shapes.turned(vertices, 2, size=(40, 36), scale=0.6)
    weight = torch.randn(2, 40, 36, dtype=torch.float64)
    # By the rule a sliver of less than 1e-6 that stays free passes no gradient: leave it out.
    fine = coverage(points * subpixels, faces, (40 * subpixels, 36 * subpixels), subpixels=1)
    sliver = (fine > 1 - 1e-6) & (fine < 1 - 1e-12)
    blocks = sliver.unflatten(1, (40, subpixels)).unflatten(3, (36, subpixels))
    weight = weight.masked_fill(blocks.any(4).any(2), 0)

    def loss(x):
        return (coverage(x, faces, (40, 36), subpixels=subpixels) * weight).sum()

    for direction in (torch.randn_like(points), torch.ones_like(points), points - 18):
        finite, analytic = directional(loss, points, direction)
        assert analytic == pytest.approx(finite, rel=1e-5)


def test_every_entry_of_the_gradient_is_right():
    vertices, faces = shapes.sphere(0)
    points = shapes.turned(vertices, size=(12, 12))[0]
    weight = torch.randn(12, 12, dtype=torch.float64)
    assert torch.autograd.gradcheck(
        lambda x: (coverage(x, faces, (12, 12), subpixels=2) * weight).sum(),
        points.requires_grad_(),
        atol=1e-7,
        rtol=1e-5,
    )


def test_a_saturated_pixel_passes_no_gradient():
    square = torch.tensor([[1.0, 1.0], [5.0, 1.0], [5.0, 5.0], [1.0, 5.0]], dtype=torch.float64)
    points = square.clone().requires_grad_()
    image = coverage(points, torch.tensor([[0, 1, 2], [0, 2, 3]]), (6, 6), subpixels=1)
    (gradient,) = torch.autograd.grad(image[1:5, 1:5].sum(), points)
    assert not gradient.any()
    points = (square * 1.02).requires_grad_()  # a margin of 0.02 to 0.1 px enters the next pixels
    image = coverage(points, torch.tensor([[0, 1, 2], [0, 2, 3]]), (6, 6), subpixels=1)
    (gradient,) = torch.autograd.grad(image.sum(), points)
    assert (gradient.abs().sum(1) > 0).all()


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(
    seed=st.integers(0, 2**32 - 1),
    scale=st.sampled_from([1e-9, 0.1, 1.0, 7.0, 1e4, 1e12]),
    snap=st.booleans(),
    dtype=st.sampled_from([torch.float32, torch.float64]),
)
def test_any_finite_mesh_gives_finite_numbers_between_0_and_1(seed, scale, snap, dtype):
    random = np.random.default_rng(seed)
    points = torch.from_numpy(random.normal(size=(2, 9, 2)) * scale + 4)
    points = (points.round() if snap else points).to(dtype).requires_grad_()
    faces = torch.from_numpy(random.integers(0, 9, size=(12, 3)))
    image = coverage(points, faces, (7, 9))
    image.sum().backward()
    assert image.isfinite().all()
    assert image.min() >= 0
    assert image.max() <= 1
    assert points.grad.isfinite().all()


def test_collapsed_faces_cover_nothing():
    points = torch.tensor([[1.0, 1.0], [5.0, 4.0], [3.0, 2.5], [1.0, 1.0]])
    faces = torch.tensor([[0, 1, 2], [0, 1, 1], [0, 3, 1]])
    assert not coverage(points, faces, (8, 8)).any()


def test_large_images_are_exact_too():
    vertices, faces = shapes.sphere(3)
    points = vertices[:, :2].float() * 500 + 512
    image = coverage(points, faces, (1024, 1024), subpixels=1)
    hull = shapes.ConvexHull(points.double().numpy())
    assert image.double().sum().item() == pytest.approx(hull.volume, rel=1e-6)
    assert image[512].max() > 1 - 1e-5


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"vertices_px": torch.tensor([[0.0, 1], [torch.nan, 2], [3, 3]])}, DataError, "NaN"),
        ({"vertices_px": torch.tensor([[0.0, 1], [torch.inf, 2], [3, 3]])}, DataError, "infinity"),
        ({"vertices_px": torch.zeros(3, 3)}, ShapeError, "pixels"),
        ({"vertices_px": torch.zeros(2)}, ShapeError, "vertices must be"),
        ({"vertices_px": torch.zeros(3, 2).int()}, ShapeError, "floating-point"),
        ({"faces": torch.tensor([[0, 1, 3]])}, DataError, "vertex 3, but there are only 3"),
        ({"faces": torch.tensor([[0, 1, -1]])}, DataError, "negative"),
        ({"faces": torch.zeros(0, 3).long()}, DataError, "without faces"),
        ({"faces": torch.zeros(2, 4).long()}, ShapeError, "faces must be"),
        ({"size": (0, 4)}, ShapeError, "1 or more pixels"),
        ({"faces": torch.zeros(2, 3)}, ShapeError, "whole numbers"),
        ({"size": (4,)}, ShapeError, "height and a width"),
        ({"size": (4.5, 4)}, ShapeError, "whole"),
        ({"size": [4, 4]}, ShapeError, "must be a tuple"),
        ({"subpixels": 3}, ConfigError, "subpixels"),
        ({"backend": "cuda"}, ConfigError, "no backend 'cuda'; there are auto"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(change, error, message):
    arguments = {"vertices_px": torch.rand(3, 2), "faces": shapes.TRIANGLE, "size": (4, 4)}
    with pytest.raises(error, match=message) as caught:
        render.coverage(**(arguments | change))
    assert isinstance(caught.value, MeshgaitError)
    assert "\n" not in str(caught.value)
