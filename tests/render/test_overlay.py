import pytest
import torch
import trimesh
from torch.testing import assert_close

from meshgait import Camera, WeakPerspective
from meshgait.errors import DataError, ShapeError
from meshgait.render import compare, coverage, overlay, shade


@pytest.fixture
def ball():
    sphere = trimesh.creation.icosphere(3, radius=0.4)
    return torch.tensor(sphere.vertices).float(), torch.tensor(sphere.faces)


CAMERA = Camera.orbit(30, 10, 4.0, (40, 56), fov_deg=20)


def test_the_image_stays_where_the_mesh_is_not(ball):
    vertices, faces = ball
    image = torch.randint(0, 256, (40, 56, 3), dtype=torch.uint8)
    picture = overlay(image, vertices, faces, CAMERA)
    clear = coverage(CAMERA.project(vertices), faces, CAMERA.size) == 0
    assert clear.any()
    assert_close(picture[clear], image[clear])
    assert (picture != image)[~clear].any()


def test_opacity_mixes_the_mesh_with_the_image(ball):
    vertices, faces = ball
    image = torch.randint(0, 256, (40, 56, 3), dtype=torch.uint8)
    mesh = overlay(image, vertices, faces, CAMERA, opacity=1.0).float()
    half = overlay(image, vertices, faces, CAMERA, opacity=0.5).float()
    assert_close(half, (mesh + image) / 2, atol=1.0, rtol=0)
    assert_close(overlay(image, vertices, faces, CAMERA, opacity=0.0), image)


def test_over_a_white_image_it_is_the_shaded_picture(ball):
    vertices, faces = ball
    white = torch.ones(40, 56)
    for silhouette in (white, white.bool(), white.byte() * 255):
        picture = overlay(silhouette, vertices, faces, CAMERA, opacity=1.0)
        assert_close(picture, shade(vertices, faces, CAMERA))


def test_a_mesh_lies_on_its_own_silhouette_without_perspective_too(ball):
    vertices, faces = ball
    camera = WeakPerspective.from_romp(torch.tensor([1.2, 0.1, -0.3]), (40, 56))
    own = coverage(camera.project(vertices), faces, camera.size)
    picture = overlay(1 - own, vertices, faces, camera, color=(0.0, 0.0, 0.0), opacity=1.0)
    assert_close(picture[own == 0], torch.full_like(picture[own == 0], 255))
    assert (picture[own == 1] == 0).all()


def test_every_frame_has_its_own_image_and_camera(ball):
    vertices, faces = ball
    cameras = Camera.orbit(torch.tensor([0.0, 60.0]), 0.0, 4.0, (40, 56), fov_deg=20)
    images = torch.rand(2, 40, 56)
    both = overlay(images, torch.stack([vertices, vertices / 2]), faces, cameras)
    alone = overlay(
        images[1], vertices / 2, faces, Camera.orbit(60.0, 0.0, 4.0, (40, 56), fov_deg=20)
    )
    assert_close(both[1], alone, atol=1, rtol=0)


def test_colours_of_a_comparison_say_who_covers_what():
    first, second = torch.tensor([[1.0, 1.0, 0.0, 0.0]]), torch.tensor([[1.0, 0.0, 1.0, 0.0]])
    both, blue, red, white = compare(first, second)[0].tolist()
    assert both[0] == both[1] == both[2]
    assert blue.index(max(blue)) == 2
    assert red.index(max(red)) == 0
    assert white == [255, 255, 255]


@pytest.mark.usefixtures("unchecked")
def test_images_that_do_not_fit_are_refused(ball):
    vertices, faces = ball
    with pytest.raises(ShapeError, match=r"image is \(30, 56, 3\).*must be \(40, 56, 3\)"):
        overlay(torch.zeros(30, 56, 3, dtype=torch.uint8), vertices, faces, CAMERA)
    with pytest.raises(DataError, match="opacity must be between 0 and 1, got 75"):
        overlay(torch.zeros(40, 56), vertices, faces, CAMERA, opacity=75)
    with pytest.raises(ShapeError, match="silhouettes differ"):
        compare(torch.zeros(4, 4), torch.zeros(4, 5))
