import pytest
import torch
from torch.testing import assert_close

from meshgait import Camera
from meshgait.errors import DataError, ShapeError
from tests.tolerance import rounding


def test_azimuth_zero_faces_the_body_and_ninety_sees_its_left_side():
    front = Camera.orbit(0, 0, 3.0, (64, 64))
    side = Camera.orbit(90, 0, 3.0, (64, 64))
    assert_close(front.position, torch.tensor([0.0, 0.0, 3.0]))
    quarter = rounding(torch.float32, terms=2, magnitude=3.0)
    assert_close(side.position, torch.tensor([3.0, 0.0, 0.0]), **quarter)


def test_head_is_above_feet_and_the_left_hand_appears_on_the_right():
    camera = Camera.orbit(0, 0, 3.0, (64, 64))
    head, feet, left_hand, right_hand = camera.project(
        torch.tensor([[0, 0.6, 0], [0, -1.0, 0], [0.7, 0.3, 0], [-0.7, 0.3, 0]])
    )
    assert head[1] < feet[1]
    assert left_hand[0] > right_hand[0]


def test_projection_is_the_pinhole_equation():
    camera = Camera.orbit(37.0, 12.0, 5.0, (48, 80), target=(0.2, 0.9, -0.4), fov_deg=35)
    points = torch.randn(50, 3)
    for point, pixel in zip(points, camera.project(points), strict=True):
        x, y, z = camera.rotation @ point + camera.translation
        expected = torch.stack([x / z, y / z]) * camera.focal + camera.center
        assert_close(pixel, expected, atol=1e-4, rtol=1e-5)


def test_the_field_of_view_spans_the_image_from_top_to_bottom():
    camera = Camera.orbit(0, 0, 2.0, (100, 60), fov_deg=90)
    assert_close(camera.project(torch.tensor([[0.0, 2.0, 0.0]])), torch.tensor([[30.0, 0.0]]))


def test_rotating_world_and_camera_together_changes_nothing():
    points = torch.randn(20, 3)
    for degrees in (30.0, 140.0):
        turn = torch.tensor(degrees).deg2rad()
        c, s = turn.cos(), turn.sin()
        rotate = torch.tensor([[c, 0, s], [0, 1, 0], [-s, 0, c]])
        before = Camera.orbit(10, 5, 6.0, (64, 64)).project(points)
        after = Camera.orbit(10 + degrees, 5, 6.0, (64, 64)).project(points @ rotate.T)
        assert_close(after, before, atol=1e-3, rtol=1e-4)


def test_one_camera_per_frame():
    angles = torch.tensor([0.0, 45.0, 90.0])
    together = Camera.orbit(angles, 10.0, 4.0, (64, 44)).project(torch.ones(3, 7, 3))
    for angle, pixels in zip(angles, together, strict=True):
        alone = Camera.orbit(angle, 10.0, 4.0, (64, 44)).project(torch.ones(7, 3))
        assert_close(pixels, alone, atol=1e-4, rtol=1e-5)


def test_resized_camera_scales_pixels():
    camera, points = Camera.orbit(20, 10, 4.0, (64, 44)), torch.rand(9, 3)
    scaled = camera.resize((128, 88)).project(points)
    assert_close(scaled, 2 * camera.project(points))


def test_points_behind_the_camera_are_refused():
    camera = Camera.orbit(0, 0, 2.0, (64, 64))
    with pytest.raises(DataError, match="1 of 2 points lie behind the camera"):
        camera.project(torch.tensor([[0.0, 0, 0], [0, 0, 3.0]]))


def test_an_image_without_pixels_is_refused():
    with pytest.raises(ShapeError, match="at least one pixel"):
        Camera.orbit(0, 0, 2.0, (0, 64))


def test_looking_straight_down_is_refused():
    with pytest.raises(DataError, match="straight"):
        Camera.orbit(0, 90, 2.0, (64, 64))


def test_gradient_reaches_the_points_and_the_camera():
    azimuth = torch.tensor(20.0, requires_grad=True)
    points = torch.rand(5, 3, requires_grad=True)
    Camera.orbit(azimuth, 0.0, 4.0, (64, 64)).project(points).square().sum().backward()
    assert azimuth.grad.abs() > 0
    assert (points.grad.abs().sum(-1) > 0).all()
