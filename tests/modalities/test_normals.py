import torch
import trimesh
from torch.testing import assert_close

from meshgait import Camera, Mesh
from meshgait.camera import WeakPerspective
from meshgait.modalities import depth, normals
from tests.modalities.conftest import turned


def test_a_ball_shows_its_own_directions():
    ball = Mesh.from_trimesh(trimesh.creation.icosphere(4, radius=0.5))
    camera = Camera.orbit(35, 25, 4.0, (65, 65))
    image, far = normals(ball, camera), depth(ball, camera)
    row, column = 27, 36
    pixel = torch.tensor([column + 0.5, row + 0.5])
    ray = torch.cat([(pixel - camera.center) / camera.focal, torch.ones(1)])
    place = ray * far[row, column] - torch.tensor([0.0, 0.0, 4.0])
    assert_close(image[row, column], place / place.norm(), atol=2e-3, rtol=0)


def test_they_are_units_that_face_the_camera(clip):
    image = normals(clip.mesh, clip.camera)
    seen = depth(clip.mesh, clip.camera) > 0
    assert_close(image.norm(dim=-1), seen.float())
    away = image[seen][:, 2] > 0
    assert away.float().mean() < 0.01  # smooth normals do so at the outline


def test_a_turn_of_the_world_with_its_camera_changes_nothing(clip):
    moved = turned(clip.mesh, 0.5)
    here = Camera.orbit(30.0, 0.0, 4.0, (48, 48), target=(0.0, 0.9, 0.0))
    there = Camera.orbit(30.0 + 180 / torch.pi * 0.5, 0.0, 4.0, (48, 48), target=(0.0, 0.9, 0.0))
    difference = (normals(moved, there) - normals(clip.mesh, here)).abs().amax(-1)
    assert (difference < 1e-2).float().mean() > 0.999  # rounding moves a pixel at an edge


def test_without_perspective_the_normal_of_a_pixel_is_that_of_what_it_shows():
    ball = Mesh.from_trimesh(trimesh.creation.icosphere(5, radius=0.5))
    camera = WeakPerspective(torch.eye(3), torch.full((2,), 40.0), torch.full((2,), 32.5), (65, 65))
    image = normals(ball, camera)
    x, y = (torch.tensor([40, 25]) + 0.5 - 32.5) / 40
    expected = torch.stack([x, y, -(0.25 - x**2 - y**2).sqrt()]) / 0.5
    assert_close(image[25, 40], expected, atol=2e-3, rtol=0)
