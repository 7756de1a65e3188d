import pytest
import torch
from torch.testing import assert_close

from meshgait import Mesh
from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.modalities import canonical_mesh, heading, mesh_in_camera, velocity
from meshgait.walker import Route, walk
from tests.modalities.conftest import FPS, mirrored, turned


def test_where_somebody_walks_and_where_to_is_gone(clip):
    moved = turned(clip.mesh, 0.9)
    moved = Mesh(moved.vertices + torch.tensor([3.0, 0.2, -1.0]), moved.joints, moved.faces)
    moved = Mesh(moved.vertices, moved.joints + torch.tensor([3.0, 0.2, -1.0]), moved.faces)
    before, after = canonical_mesh(clip.mesh), canonical_mesh(moved)
    assert_close(after.vertices, before.vertices, atol=1e-5, rtol=0)
    assert_close(after.joints, before.joints, atol=1e-5, rtol=0)
    assert before.joints[:, 0].abs().max() < 1e-6
    assert heading(before.joints).abs().max() < 1e-5


def test_it_does_not_matter_how_often(clip):
    once = canonical_mesh(clip.mesh)
    assert_close(canonical_mesh(once).vertices, once.vertices, atol=1e-5, rtol=0)


def test_the_mirror_commutes(clip, body):
    ours = mirrored(canonical_mesh(clip.mesh), body)
    theirs = canonical_mesh(mirrored(clip.mesh, body))
    assert_close(ours.vertices, theirs.vertices, atol=1e-5, rtol=0)


def test_in_the_camera_the_head_is_up_and_all_is_ahead(clip):
    seen = mesh_in_camera(clip.mesh, clip.camera)
    assert (seen.vertices[..., 2] > 0).all()
    assert (seen.joints[:, 15, 1] < seen.joints[:, 0, 1]).all()  # y points down
    assert_close(seen.joints[:, 0, :2], torch.zeros(12, 2), atol=1e-5, rtol=0)


def test_a_mesh_without_joints_has_no_root(clip):
    with pytest.raises(DataError, match="no joints"):
        canonical_mesh(Mesh(clip.mesh.vertices, None, clip.mesh.faces))


def test_the_mean_velocity_is_the_walkers_speed(body, clip):
    steps = walk(body, _average(), Route(), frames=25, fps=FPS)
    mesh = steps.motion.decode(body)
    mean = velocity(mesh.vertices, FPS).mean((0, 1))
    assert abs(mean[2] / steps.speed - 1) < 0.05
    assert mean[:2].abs().max() < 0.05


def _average():
    from meshgait.walker import Identity

    return Identity.average()


def test_it_is_exact_for_a_parabola_and_turns_its_sign_with_time():
    time = torch.arange(7.0) / 10
    points = (3 * time.square())[:, None, None].expand(7, 2, 3)
    speed = velocity(points, 10.0)
    assert_close(speed[1:-1, 0, 0], 6 * time[1:-1])
    assert_close(velocity(points.flip(0), 10.0), -speed.flip(0))


def test_one_frame_has_no_velocity():
    with pytest.raises(ShapeError, match="two frames or more, got 1"):
        velocity(torch.rand(1, 4, 3), 10.0)
    with pytest.raises(ConfigError, match="fps"):
        velocity(torch.rand(2, 4, 3), 0.0)
