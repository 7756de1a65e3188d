import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait import Camera, Mesh
from meshgait.body.names import JOINT_INDEX
from meshgait.errors import ConfigError, ShapeError
from meshgait.modalities import Cylinders, cylinder_mesh, cylinders, silhouette
from tests.modalities.conftest import mirrored, turned
from tests.tolerance import rounding


def test_rendered_back_they_overlap_the_silhouette(clip, body):
    again = cylinder_mesh(cylinders(clip.mesh, body.weights))
    for azimuth in (0.0, 45.0, 90.0, 135.0):
        around = torch.full((12,), azimuth)
        camera = Camera.orbit(
            around,
            0 * around,
            0 * around + 5,
            (96, 96),
            target=clip.mesh.joints[:, 0],
            fov_deg=26.0,
        )
        ours, theirs = silhouette(clip.mesh, camera), silhouette(again, camera)
        common = torch.minimum(ours, theirs).sum((1, 2))
        assert (common / torch.maximum(ours, theirs).sum((1, 2))).min() > 0.8


def test_a_tube_gives_its_own_axis_length_and_radius():
    """Skin of tubes of known size around every bone, all turned and moved at random."""
    angle, along = torch.meshgrid(
        torch.arange(24) * (2 * np.pi / 24), torch.linspace(-0.5, 0.5, 41), indexing="ij"
    )
    tube = torch.stack([0.05 * angle.cos(), 0.05 * angle.sin(), 0.4 * along], -1)
    grid = torch.arange(24 * 41).reshape(24, 41)
    a, b = grid[:, :-1].flatten(), grid[:, 1:].flatten()
    c, d = (grid.roll(-1, 0)[:, :-1].flatten(), grid.roll(-1, 0)[:, 1:].flatten())
    faces = torch.cat([torch.stack([a, c, d], 1), torch.stack([a, d, b], 1)])
    points = tube.reshape(-1, 3) + torch.tensor([0.0, 0.0, 3.0])
    joints = torch.zeros(24, 3)
    joints[JOINT_INDEX["head"]] = torch.tensor([0.0, 0.0, 1.0])  # the axis of the head
    skinning = torch.full((len(points), 24), 1e-6)
    skinning[:, JOINT_INDEX["head"]] = 1
    joints += torch.randn(24, 3) * 1e-9 + torch.tensor([0.0, 0.0, 2.0])
    found = cylinders(Mesh(points, joints, faces), skinning)
    head = JOINT_INDEX["head"]
    assert_close(found.radius[head], torch.tensor(0.05), atol=5e-4, rtol=0)
    assert_close(found.length[head] + 2 * found.radius[head], torch.tensor(0.4), atol=4e-3, rtol=0)
    middle = (found.start + found.end)[head] / 2
    assert_close(middle, torch.tensor([0.0, 0.0, 3.0]), atol=1e-4, rtol=0)


def test_they_turn_with_the_world_and_swap_sides_in_the_mirror(clip, body):
    ours = cylinders(clip.mesh, body.weights)
    after = cylinders(turned(clip.mesh, 0.8), body.weights)
    c, s = np.cos(0.8), np.sin(0.8)
    turn = torch.tensor([[c, 0, s], [0, 1, 0], [-s, 0, c]], dtype=torch.float32)
    assert_close(after.end, ours.end @ turn.T, atol=1e-4, rtol=0)
    assert_close(after.radius, ours.radius, atol=1e-4, rtol=0)
    from meshgait.body._embedded import OTHER_SIDE

    image = cylinders(mirrored(clip.mesh, body), body.weights)
    assert_close(image.radius, ours.radius[:, OTHER_SIDE], atol=1e-4, rtol=0)
    assert_close(image.length, ours.length[:, OTHER_SIDE], atol=1e-4, rtol=0)


def test_frames_do_not_see_each_other(clip, body):
    mesh = Mesh(clip.mesh.vertices.double(), clip.mesh.joints.double(), clip.mesh.faces)
    together, alone = (cylinders(frames, body.weights) for frames in (mesh, mesh[4]))
    exact = rounding(torch.float64, terms=mesh.vertices.shape[1], magnitude=mesh.vertices)
    assert_close(together.start[4], alone.start, **exact)
    assert_close(together.radius[4], alone.radius, **exact)


def test_bones_keep_their_size_while_somebody_walks(long_clip, body):
    found = cylinders(long_clip.mesh, body.weights)
    for name in ("left_hip", "right_knee", "left_elbow", "head"):
        bone = JOINT_INDEX[name]
        assert found.length[:, bone].std() < 0.02
        assert found.radius[:, bone].std() < 0.005
    thigh = JOINT_INDEX["left_hip"]
    assert 0.3 < found.length[0, thigh] < 0.5
    assert 0.05 < found.radius[0, thigh] < 0.11


def test_the_mesh_of_a_capsule_is_closed_and_has_its_volume():
    start, end = torch.zeros(1, 24, 3), torch.zeros(1, 24, 3)
    start[..., 0] = torch.arange(24) * 3.0
    end[:] = start + torch.tensor([0.3, 0.4, 1.2])
    capsules = Cylinders(start, end, torch.full((1, 24), 0.2))
    mesh = cylinder_mesh(capsules, segments=48)
    assert mesh.topology.is_closed
    volume = 24 * np.pi * 0.2**2 * (1.3 + 4 / 3 * 0.2)
    assert abs(mesh[0].to_trimesh().volume / volume - 1) < 0.01


def test_gradients_reach_the_skin(clip, body):
    vertices = clip.mesh.vertices[:2].clone().requires_grad_()
    mesh = Mesh(vertices, clip.mesh.joints[:2], clip.mesh.faces)
    again = cylinder_mesh(cylinders(mesh, body.weights))
    again.vertices.square().sum().backward()
    assert vertices.grad.isfinite().all()
    assert (vertices.grad.abs().sum(-1) > 0).float().mean() > 0.99


def test_what_does_not_fit_is_refused(clip, body):
    short = Mesh(clip.mesh.vertices[:, :100], clip.mesh.joints, torch.tensor([[0, 1, 2]]))
    with pytest.raises(ShapeError, match="6890 rows, the mesh only 100"):
        cylinders(short, body.weights)
    with pytest.raises(ConfigError, match="even and 4 or more, got 5"):
        cylinder_mesh(cylinders(clip.mesh, body.weights), segments=5)


def test_a_capsule_ends_a_radius_beyond_its_axis():
    axis = torch.zeros(1, 24, 3).index_fill(2, torch.tensor(2), 2.0)
    mesh = cylinder_mesh(Cylinders(torch.zeros(1, 24, 3), axis, torch.full((1, 24), 0.5)))
    ends = mesh.vertices[0, :, 2].amin(), mesh.vertices[0, :, 2].amax()
    assert_close(
        torch.stack(ends),
        torch.tensor([-0.5, 2.5]),
        **rounding(torch.float32, terms=4, magnitude=2.5),
    )
