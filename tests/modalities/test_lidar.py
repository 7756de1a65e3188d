import numpy as np
import pytest
import torch
import trimesh
from torch.testing import assert_close

from meshgait import Mesh
from meshgait.errors import ConfigError, DataError
from meshgait.modalities import Lidar, lidar, sample_returns


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


SCANNER = Lidar((0.0, 1.2, -5.0), width_deg=30.0, step_deg=0.5, beams=32, noise=0.0)


def test_a_scan_meets_what_rays_meet(clip):
    scan = lidar(clip.mesh[6], SCANNER, seeded())
    mesh = clip.mesh[6].to_trimesh()
    middle = np.array(SCANNER.position)
    hit = scan.points[scan.hit].double().numpy()
    assert len(hit) > 60
    away = np.abs(trimesh.proximity.signed_distance(mesh, hit))
    assert away.max() < 1e-5  # on the skin
    inside = trimesh.proximity.signed_distance(mesh, middle + 0.9999 * (hit - middle)) > 0
    assert not inside.any()  # and just before it there is nothing


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


def box(*middle, size=(0.5, 1.8, 0.3)):
    found = Mesh.from_trimesh(trimesh.creation.box(size))
    return Mesh(found.vertices.double() + torch.tensor(middle).double(), None, found.faces)


@pytest.mark.parametrize("turn", [0.0, 0.7])
def test_large_faces_are_hit_where_a_slab_test_says(turn):
    """Their edges are bent in azimuth and elevation, by degrees: the rays are not."""
    scanner = Lidar(
        (0.3, 0.2, -0.1), azimuth_deg=90 * turn, width_deg=120.0, step_deg=1.5, beams=40,
        lowest_deg=-60, highest_deg=50, noise=0.0,
    )  # fmt: skip
    mesh = box(0.4 + 2 * turn, 0.3, 1.6, size=(1.9, 1.4, 0.8))
    scan = lidar(mesh, scanner, seeded())
    low, high = mesh.vertices.amin(0), mesh.vertices.amax(0)
    start = torch.tensor(scanner.position, dtype=torch.float64)
    beam, step = torch.meshgrid(torch.arange(40), torch.arange(80), indexing="ij")
    elevation = (50 - beam.double() * 110 / 39).deg2rad()
    azimuth = (90 * turn - 60 + 1.5 * (step.double() + 0.5)).deg2rad()
    flat = elevation.cos()
    ray = torch.stack([flat * azimuth.sin(), elevation.sin(), flat * azimuth.cos()], -1)
    ends = torch.stack([(low - start) / ray, (high - start) / ray])
    enter, leave = ends.amin(0).amax(-1), ends.amax(0).amin(-1)
    expected = (enter < leave) & (enter > 0)
    assert expected.float().mean() > 0.1
    assert torch.equal(scan.hit, expected)
    assert_close(scan.range[expected], enter[expected], rtol=0, atol=1e-12)


def test_a_share_of_the_returns_is_lost():
    scanner = Lidar((0.0, 0.0, 0.0), noise=0.0, step_deg=0.1)
    near = box(0.0, 0.0, 3.0)
    full = lidar(near, scanner, seeded())
    some = lidar(near, Lidar(**vars(scanner) | {"dropout": 0.3}), seeded())
    kept = some.hit.sum() / full.hit.sum()
    count = float(full.hit.sum())
    assert abs(float(kept) - 0.7) < 6 * (0.21 / count) ** 0.5
    assert_close(some.range[some.hit], full.range[some.hit])
    assert not some.points[~some.hit].any()


def test_a_moving_scanner_sees_what_a_moving_world_would_show():
    still = Lidar((0.0, 0.5, 0.0), noise=0.0, width_deg=90.0)
    moving = Lidar(**vars(still) | {"motion": (0.3, 0.1, -0.2), "turn_deg": 4.0})
    near = box(0.2, 0.4, 4.0)
    film = Mesh(near.vertices.expand(3, -1, -1), None, near.faces)
    scan = lidar(film, moving, seeded())
    for t in range(3):
        where = tuple(p + t * m for p, m in zip(still.position, moving.motion, strict=True))
        own = Lidar(**vars(still) | {"position": where, "azimuth_deg": 4.0 * t})
        alone = lidar(near, own, seeded())
        assert torch.equal(alone.hit, scan.hit[t])
        assert_close(alone.points, scan.points[t])
        assert_close(alone.local, scan.local[t])


def test_its_own_axes_have_z_up_and_what_is_ahead_along_minus_x():
    scan = lidar(box(0.0, 1.0, 5.0), Lidar((0.0, 1.0, 0.0), noise=0.0), seeded())
    local, points = scan.local[scan.hit], scan.points[scan.hit]
    assert (local[:, 0] < 0).all()
    assert_close(local[:, 2], points[:, 1] - 1, rtol=0, atol=1e-6)
    assert_close(local[:, 1], -points[:, 0])
    assert_close(local.norm(dim=-1), scan.range[scan.hit])


def test_ranges_know_how_the_surface_moves():
    near = box(0.0, 0.0, 4.0)
    vertices = near.vertices.clone().requires_grad_()
    scan = lidar(Mesh(vertices, None, near.faces), Lidar((0.0, 0.0, 0.0), noise=0.0), seeded())
    middle = scan.range[scan.hit].min()
    (gradient,) = torch.autograd.grad(middle, vertices)
    assert_close(gradient.sum(0)[2], torch.tensor(1.0).double(), rtol=1e-4, atol=0)


def test_returns_are_drawn_with_replacement_and_only_from_what_was_hit():
    scan = lidar(box(0.0, 0.0, 4.0), Lidar((0.0, 0.0, 0.0)), seeded())
    drawn = sample_returns(scan, 5000, seeded(1))
    hit = {tuple(p) for p in scan.local[scan.hit].tolist()}
    assert {tuple(p) for p in drawn.tolist()} <= hit
    away = lidar(box(0.0, 0.0, 4.0), Lidar((0.0, 0.0, 0.0), azimuth_deg=80.0), seeded())
    with pytest.raises(DataError, match="no ray of frame 0 came back"):
        sample_returns(away, 10, seeded())
