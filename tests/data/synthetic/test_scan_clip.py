import numpy as np
import pytest
import torch

from meshgait import Mesh
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.data.synthetic.scan_clip import _MARGIN_DEG, NOISE, scanner_at

PLAIN = WildConfig(clips=2, frames=(12, 12), bag=0.0, coat=0.0, occluded=0.0)


@pytest.fixture(scope="module")
def walkers(tmp_path_factory):
    config = WildConfig(**vars(PLAIN) | {"lidar": True})
    cache = tmp_path_factory.mktemp("scans")
    return SyntheticGait("train", identities=1, config=config, cache=cache, progress=False)


def test_clips_have_points_and_depth_images_of_their_frames(walkers):
    frames = walkers[0].frames
    length = len(frames["silhouette"])
    assert frames["points"].shape == (length, 512, 3)
    assert frames["points"].dtype == np.float32
    assert frames["depth_image"].shape == (length, 3, 64, 64)
    assert frames["depth_image"].any((1, 2, 3)).all()


def test_points_lie_on_the_dressed_walker_as_far_as_noise_lets_them(walkers):
    mesh, camera = walkers.mesh(0), walkers.clip(0).camera
    scanner = scanner_at(camera, mesh)
    turn = np.deg2rad(scanner.azimuth_deg)
    right = np.array([np.cos(turn), 0, -np.sin(turn)])
    ahead = np.array([np.sin(turn), 0, np.cos(turn)])
    local = walkers[0].frames["points"][3].astype(float)
    world = -local[:, :1] * ahead - local[:, 1:2] * right + local[:, 2:] * np.array([0, 1.0, 0])
    world += np.array(scanner.position)
    vertices = mesh.vertices[3].numpy()
    away = np.linalg.norm(world[:, None] - vertices[None], axis=-1).min(1)
    # Noise along the ray, and up to an edge of a face to the next vertex.
    assert np.quantile(away, 0.99) < 4 * NOISE + 0.05
    assert world[:, 1].max() > 1.2
    assert world[:, 1].min() < 0.3


def test_the_scanner_is_as_wide_as_the_walk_and_no_wider(walkers):
    mesh, camera = walkers.mesh(0), walkers.clip(0).camera
    scanner = scanner_at(camera, mesh)
    away = mesh.vertices.double().reshape(-1, 3).numpy() - np.array(scanner.position)
    azimuth = np.rad2deg(np.arctan2(away[:, 0], away[:, 2])) - scanner.azimuth_deg
    widest = 2 * np.abs((azimuth + 180) % 360 - 180).max()
    assert widest <= scanner.width_deg <= widest + 2 * _MARGIN_DEG
    elevation = np.rad2deg(np.arctan2(away[:, 1], np.hypot(away[:, 0], away[:, 2])))
    for seen, found in (
        (elevation.min(), scanner.lowest_deg),
        (elevation.max(), scanner.highest_deg),
    ):
        assert abs(seen - found) <= 1.01 * _MARGIN_DEG
    assert scanner.lowest_deg <= elevation.min() <= elevation.max() <= scanner.highest_deg


def test_a_scanner_looks_neither_behind_itself_nor_straight_up(walkers):
    """Somebody whose limbs are everywhere around the camera."""
    camera = walkers.clip(0).camera
    around = torch.tensor([[1.0, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1], [0, 3, 0], [0, -3, 0]])
    mesh = Mesh(around + camera.position.reshape(-1, 3)[0], None, torch.tensor([[0, 1, 2]]))
    scanner = scanner_at(camera, mesh)
    assert scanner.width_deg < 180
    assert -90 < scanner.lowest_deg < 0 < scanner.highest_deg < 90


def test_scans_are_other_data_and_silhouettes_are_the_same(walkers, tmp_path):
    plain = SyntheticGait("train", identities=1, config=PLAIN, cache=tmp_path, progress=False)
    assert plain.fingerprint != walkers.fingerprint
    assert list(plain[0].frames) == ["silhouette", "smpl"]
    for name in ("silhouette", "smpl"):
        np.testing.assert_array_equal(plain[0].frames[name], walkers[0].frames[name])
