import numpy as np
import pytest
import torch
import trimesh
from torch.testing import assert_close

from meshgait import Mesh
from meshgait.errors import ConfigError, DataError
from meshgait.modalities import Lidar, lidar, points


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


SCANNER = Lidar((0.0, 1.2, -5.0), width_deg=30.0, step_deg=0.5, beams=32, noise=0.0)


def test_a_scan_meets_what_rays_meet(clip):
    scan = lidar(clip.mesh[6], SCANNER, seeded())
    mesh = clip.mesh[6].to_trimesh()
    middle = np.array(SCANNER.position)
    hit = scan.points[scan.hit].double().numpy()
    assert len(hit) > 60
    away = np.abs(trimesh.proximity.signed_distance(mesh, hit))
    assert away.max() < 2e-3  # on the skin
    inside = trimesh.proximity.signed_distance(mesh, middle + 0.995 * (hit - middle)) > 0
    assert inside.mean() < 0.05  # and just before it there is nothing, but for grazing rays


def test_a_wall_is_seen_at_its_distance():
    wall = torch.tensor([[-9.0, -9.0, 4.0], [9.0, -9.0, 4.0], [0.0, 20.0, 4.0]])
    mesh = Mesh(wall, None, torch.tensor([[0, 2, 1]]))
    scanner = Lidar(
        (0.0, 0.0, 0.0),
        width_deg=20.0,
        step_deg=1.0,
        beams=5,
        lowest_deg=-10,
        highest_deg=10,
        noise=0.0,
    )
    scan = lidar(mesh, scanner, seeded())
    assert scan.hit.all()
    assert_close(scan.points[..., 2], torch.full((5, 20), 4.0), atol=1e-4, rtol=0)
    level = scan.points[2]
    assert_close(level[:, 1], torch.zeros(20), atol=1e-5, rtol=0)
    azimuth = torch.atan2(level[:, 0], level[:, 2]).rad2deg()
    assert_close(azimuth, torch.arange(20) - 9.5, atol=1e-3, rtol=0)
    assert (scan.points[0, :, 1] > 0).all()  # the first beam is the highest
    assert_close(scan.range, scan.points.norm(dim=-1))


def test_noise_is_along_the_ray_and_of_its_size():
    wall = torch.tensor([[-90.0, -90.0, 4.0], [90.0, -90.0, 4.0], [0.0, 200.0, 4.0]])
    mesh = Mesh(wall, None, torch.tensor([[0, 2, 1]]))
    clear, noisy = (
        lidar(mesh, Lidar((0.0, 0.0, 0.0), width_deg=40.0, noise=noise), seeded())
        for noise in (0.0, 0.03)
    )
    error = noisy.range - clear.range
    assert abs(float(error.std()) - 0.03) < 0.002
    aside = torch.linalg.cross(noisy.points, clear.points, dim=-1)
    assert aside.abs().max() < 1e-3


def test_a_scanner_amid_the_mesh_is_refused(clip):
    with pytest.raises(DataError, match="behind or around the scanner"):
        lidar(clip.mesh[0], Lidar(tuple(clip.mesh.joints[0, 0].tolist())), seeded())
    with pytest.raises(ConfigError, match="2 beams or more"):
        Lidar((0.0, 0.0, 0.0), beams=1)
