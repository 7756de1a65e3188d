import pytest
import torch
from torch.testing import assert_close

from meshgait import Camera, WeakPerspective, rotation
from meshgait.errors import DataError, ShapeError

SIZES = [(64, 64), (480, 640), (128, 44)]
POINTS = torch.randn(30, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(3))


def random_cams(count=6):
    cams = torch.randn(count, 3, dtype=torch.float64)
    return torch.cat([cams[:, :1].exp(), cams[:, 1:]], dim=1)


@pytest.mark.parametrize("size", SIZES)
def test_romp_scales_then_shifts_and_hmr_shifts_then_scales(size):
    """Written out: a square of the longer side, padded on both sides alike, from -1 to 1."""
    H, W = size
    side = max(size)
    for s, tx, ty in random_cams():
        cam = torch.stack([s, tx, ty])
        shift = torch.stack([tx, ty])
        padding = torch.tensor([(side - W) / 2, (side - H) / 2])
        for square, camera in (
            (s * POINTS[:, :2] + shift, WeakPerspective.from_romp(cam, size)),
            (s * (POINTS[:, :2] + shift), WeakPerspective.from_hmr(cam, size)),
        ):
            assert_close(camera.project(POINTS), (square + 1) * side / 2 - padding)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("convention", ["romp", "hmr"])
def test_a_weak_camera_survives_a_round_trip(convention, size):
    cams = random_cams()
    camera = getattr(WeakPerspective, f"from_{convention}")(cams, size)
    assert_close(getattr(camera, f"to_{convention}")(), cams)


def test_mixing_the_conventions_up_shifts_by_s_minus_one_times_t():
    cam = torch.tensor([0.8, 0.5, -0.25])
    right, wrong = (
        getattr(WeakPerspective, f"from_{name}")(cam, (200, 200)).project(torch.zeros(1, 3))
        for name in ("romp", "hmr")
    )
    assert_close(wrong - right, (100 * (0.8 - 1) * cam[1:])[None])


@pytest.mark.parametrize("size", SIZES)
def test_weak_to_pinhole_and_back(size):
    turn = rotation.axis_angle_to_matrix(torch.randn(6, 3, dtype=torch.float64))
    weak = WeakPerspective.from_romp(random_cams(), size, rotation=turn)
    pinhole = weak.to_pinhole(5000.0)
    assert pinhole.intrinsics[0, 1, 1] == 5000
    back = WeakPerspective.from_pinhole(pinhole)
    assert_close(back.to_romp(), weak.to_romp())
    assert_close(back.rotation, weak.rotation)
    flat = POINTS.expand(6, -1, -1)
    flat = flat - (flat @ turn[:, 2:].mT) * turn[:, 2:]  # as deep as the origin
    assert_close(pinhole.project(flat), weak.project(flat))


def test_pinhole_to_weak_agrees_beside_the_point_and_back():
    camera = Camera.orbit(40.0, 15.0, 6.0, (128, 96), target=(0.3, 0.9, -0.2), fov_deg=30)
    around = torch.tensor([0.1, 1.0, 0.2])
    weak = WeakPerspective.from_pinhole(camera, around)
    beside = around + torch.randn(20, 3) @ torch.diag(torch.tensor([1.0, 1.0, 0.0])) @ (
        camera.rotation
    )
    assert_close(weak.project(beside), camera.project(beside), atol=1e-3, rtol=0)
    depth = float(camera.to_camera(around[None])[0, 2])
    again = weak.to_pinhole(float(camera.focal[1]))
    assert_close(again.translation[2], torch.tensor(depth))


def test_the_farther_the_pinhole_the_less_the_two_differ():
    cam = torch.tensor([0.8, 0.1, 0.2], dtype=torch.float64)
    weak = WeakPerspective.from_hmr(cam, (200, 200))
    near, far = (
        (weak.to_pinhole(focal).project(POINTS) - weak.project(POINTS)).abs().max()
        for focal in (1e3, 1e5)
    )
    assert far < near / 80
    assert far < 0.5


def cameras():
    cams = random_cams()
    turn = rotation.axis_angle_to_matrix(torch.randn(6, 3, dtype=torch.float64))
    weak = WeakPerspective.from_romp(cams, (100, 80), rotation=turn)
    return [weak, weak.to_pinhole(900.0)]


@pytest.mark.parametrize("camera", cameras(), ids=["weak", "pinhole"])
def test_crop_and_resize_do_to_pixels_what_they_do_to_the_image(camera):
    points = POINTS.expand(6, -1, -1) / 10
    pixels, corner = camera.project(points), torch.arange(12.0).reshape(6, 2)
    assert_close(camera.crop(corner, (30, 20)).project(points), pixels - corner[:, None])
    enlarged = camera.resize((300, 160)).project(points)
    assert_close(enlarged, pixels * torch.tensor([2.0, 3.0]))


def test_one_camera_with_a_corner_for_each_frame_is_a_camera_for_each_frame():
    corner = torch.arange(12.0).reshape(6, 2)
    points = POINTS.float().expand(6, -1, -1) / 10
    still = Camera.orbit(10.0, 0.0, 5.0, (64, 48))
    for camera in (still, WeakPerspective.from_pinhole(still)):
        moving = camera.crop(corner, (20, 20))
        expected = camera.project(points[0]) - corner[:, None]
        assert_close(moving.project(points), expected)


@pytest.mark.parametrize("camera", cameras(), ids=["weak", "pinhole"])
def test_crop_and_resize_survive_a_round_trip(camera):
    points = POINTS.expand(6, -1, -1) / 10
    changed = camera.crop((7.0, -3.0), (50, 40)).resize((150, 80))
    back = changed.resize((50, 40)).crop((-7.0, 3.0), (100, 80))
    assert back.size == camera.size
    assert_close(back.project(points), camera.project(points))


def test_intrinsics_survive_a_round_trip():
    distance = torch.tensor(6.0, dtype=torch.float64)
    camera = Camera.orbit(40.0, 15.0, distance, (128, 96))
    camera = camera.resize((128, 200)).crop((5.0, 6.0), (70, 80))
    again = Camera.from_intrinsics(
        camera.intrinsics, camera.size, rotation=camera.rotation, translation=camera.translation
    )
    assert_close(again.project(POINTS), camera.project(POINTS))
    expected = camera.to_camera(POINTS) @ camera.intrinsics.T
    assert_close(camera.project(POINTS), expected[:, :2] / expected[:, 2:])


def test_gradients_reach_the_points_and_the_parameters():
    cam = torch.tensor([0.8, 0.1, 0.2], requires_grad=True)
    points = torch.randn(5, 3, requires_grad=True)
    WeakPerspective.from_hmr(cam, (64, 64)).project(points).square().sum().backward()
    assert (cam.grad != 0).all()
    assert (points.grad[:, :2] != 0).all()


def test_what_cannot_be_said_is_refused():
    weak = WeakPerspective.from_romp(torch.tensor([0.8, 0.1, 0.2]), (64, 64))
    with pytest.raises(ShapeError, match="oblong"):
        weak.resize((64, 128)).to_romp()
    with pytest.raises(ShapeError, match="at least one pixel"):
        weak.crop((0.0, 0.0), (0, 5))
    with pytest.raises(DataError, match="undo skew"):
        Camera.from_intrinsics(torch.eye(3) + torch.eye(3).roll(1, 1), (5, 5))
    with pytest.raises(DataError, match="behind the camera"):
        WeakPerspective.from_pinhole(Camera.orbit(0, 0, 2.0, (8, 8)), (0.0, 0.0, 3.0))
