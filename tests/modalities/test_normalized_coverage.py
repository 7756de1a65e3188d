import pytest
import torch
from torch.testing import assert_close

from meshgait import Body, Camera
from meshgait.errors import DataError, ShapeError
from meshgait.modalities import (
    gait_map,
    median_column,
    normalize_silhouette,
    normalized_coverage,
)
from meshgait.render import mask
from meshgait.walker import Identity, walk


@pytest.fixture(scope="module")
def walker():
    """Eight frames of a walk from eight sides, in pixels of a picture 512 pixels high."""
    motion = walk(Body.embedded(), Identity.average(), frames=8, fps=7.0).motion
    mesh = motion.decode(Body.embedded())
    camera = Camera.orbit(
        torch.arange(8) * 45.0 + 10, 8.0, 8.0, (512, 512), target=mesh.vertices.mean(1), fov_deg=18
    )
    return camera.project(mesh.vertices), mesh.faces


@pytest.mark.parametrize("size", [(64, 44), (128, 88)])
def test_on_hard_masks_the_plain_crop_is_the_same_up_to_resampling(walker, size):
    pytest.importorskip("cv2", reason="the extra 'data'")
    points, faces = walker
    plain = normalize_silhouette(mask(points, faces, (512, 512)), size).float() / 255
    soft = normalized_coverage(points, faces, size, middle=median_column(plain))
    both, either = (soft > 0.5) & (plain > 0.5), (soft > 0.5) | (plain > 0.5)
    assert (both.sum((1, 2)) / either.sum((1, 2))).min() > 0.95
    assert (soft - plain).abs().mean() < 0.02
    by_default = gait_map(points, faces, size)[1]
    moved = gait_map(points, faces, size, middle=median_column(plain))[1] - by_default
    assert moved.abs().max() < 0.75  # pixels


def test_where_the_camera_stands_and_its_lens_do_not_matter(walker):
    points, faces = walker
    elsewhere = normalized_coverage(points * 0.37 + torch.tensor([55.0, -80.0]), faces)
    assert_close(elsewhere, normalized_coverage(points, faces), atol=1e-3, rtol=0)


def test_it_fills_the_height_and_its_median_column_is_in_the_middle(walker):
    points, faces = walker
    image = normalized_coverage(points, faces, (64, 64), middle=30.25)
    assert (image[:, [0, -1]].sum(-1) > 0).all()
    assert_close(median_column(image), torch.full((8,), 30.25), atol=0.03, rtol=0)


def small():
    """Two tetrahedra side by side, and a vertex of no face far away."""
    corners = torch.tensor([[0.0, 0, 0], [1, 0.1, 0], [0.2, 1.3, 0], [0.3, 0.4, 1]])
    points = torch.cat([corners, corners * 0.7 + 1.1, torch.tensor([[99.0, 99, 99]])])
    face = torch.tensor([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]])
    return points[:, :2].double(), torch.cat([face, face + 4])


def test_a_vertex_of_no_face_does_not_count():
    points, faces = small()
    alone = normalized_coverage(points[:-1], faces, (16, 12))
    assert_close(normalized_coverage(points, faces, (16, 12)), alone)


def test_the_gradient_is_that_of_finite_differences():
    points, faces = small()
    points = points[None, :-1].clone().requires_grad_()
    weight = torch.rand(1, 16, 12, dtype=torch.float64)

    def loss(points):
        return (weight * normalized_coverage(points, faces, (16, 12))).sum()

    (grad,) = torch.autograd.grad(loss(points), points)
    numeric = torch.zeros_like(points)
    for index in torch.ones_like(points).nonzero().tolist():
        step = torch.zeros_like(points)
        step[tuple(index)] = 1e-6
        numeric[tuple(index)] = (loss(points + step) - loss(points - step)).detach() / 2e-6
    assert_close(grad, numeric, atol=1e-5, rtol=1e-5)


def test_the_gradient_moves_and_scales_nothing_as_a_whole(walker):
    points = walker[0].double().clone().requires_grad_()
    weight = torch.rand(8, 64, 44, dtype=torch.float64)
    loss = (weight * normalized_coverage(points, walker[1])).sum()
    (grad,) = torch.autograd.grad(loss, points)
    size = grad.abs().sum((1, 2))
    assert (grad.sum(1).abs().amax(-1) < 1e-9 * size).all()
    assert ((grad * points).sum((1, 2)).abs() < 1e-7 * size).all()


@pytest.mark.usefixtures("unchecked")
def test_what_has_no_place_is_refused():
    points, faces = small()
    with pytest.raises(DataError, match="without height, or with NaN"):
        normalized_coverage(points * torch.tensor([1.0, 0.0]), faces)
    with pytest.raises(DataError, match="without height, or with NaN"):
        normalized_coverage(points * torch.nan, faces)
    with pytest.raises(DataError, match="drop the frame"):
        median_column(torch.zeros(2, 5, 5))
    with pytest.raises(ShapeError, match=r"must be \(\*, H, W\)"):
        median_column(torch.ones(5))
