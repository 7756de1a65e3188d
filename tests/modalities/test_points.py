import pytest
import torch
import trimesh
from torch.testing import assert_close

from meshgait import Mesh
from meshgait.errors import ConfigError, DataError
from meshgait.modalities import points


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_they_lie_on_the_surface_and_look_outwards():
    ball = Mesh.from_trimesh(trimesh.creation.icosphere(4, radius=0.5))
    cloud = points(ball, 500, seeded())
    assert cloud.points.shape == (500, 3)
    assert_close(cloud.points.norm(dim=-1), torch.full((500,), 0.5), atol=2e-3, rtol=0)
    assert_close(cloud.normals, cloud.points * 2, atol=2e-2, rtol=0)


def test_every_spot_is_as_likely_as_any_other():
    """A box whose faces differ in size: each gets its share, and each face evenly."""
    box = Mesh.from_trimesh(trimesh.creation.box((1.0, 2.0, 3.0)))
    place = points(box, 20_000, seeded()).points
    half = torch.tensor([0.5, 1.0, 1.5])
    on = (place.abs() - half).abs() < 1e-5
    shares = on.float().mean(0)
    assert_close(shares, torch.tensor([6.0, 3.0, 2.0]) / 11, atol=0.01, rtol=0)
    side = place[on[:, 0]][:, 1:] / half[1:]
    assert_close(side.square().mean(0), torch.full((2,), 1 / 3), atol=0.01, rtol=0)


def test_the_same_numbers_are_the_same_spots_of_every_frame(clip):
    cloud = points(clip.mesh, 300, seeded())
    again = points(clip.mesh[7], 300, seeded())
    assert_close(cloud.points[7], again.points, atol=1e-6, rtol=0)
    step = (cloud.points[1:] - cloud.points[:-1]).norm(dim=-1)
    assert step.median() < 0.12  # metres a frame: they drift with the skin


def test_gradients_reach_the_vertices():
    ball = Mesh.from_trimesh(trimesh.creation.icosphere(2))
    vertices = ball.vertices.clone().requires_grad_()
    points(Mesh(vertices, None, ball.faces), 400, seeded()).points.sum().backward()
    assert_close(vertices.grad.sum(0), torch.full((3,), 400.0))


def test_no_points_and_no_area_are_refused():
    flat = Mesh(torch.zeros(3, 3), None, torch.tensor([[0, 1, 2]]))
    with pytest.raises(DataError, match="without area"):
        points(flat, 10, seeded())
    with pytest.raises(ConfigError, match="1 or more, got 0"):
        points(flat, 0, seeded())
