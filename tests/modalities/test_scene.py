import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait.body import Body
from meshgait.errors import ConfigError
from meshgait.modalities import heading
from meshgait.modalities.scene import GRID, REPRESENTATIONS, Scene, as_arrays, represent
from meshgait.walker import Identity, Route, walk

pytest.importorskip("cv2", reason="the extra 'data'")


@pytest.fixture(scope="module")
def scene():
    body = Body.embedded()
    motion = walk(body, Identity.average(), Route(heading=1.0), frames=34).motion
    return Scene.follow(body, motion.decode(body), motion.fps, azimuth_deg=90.0)


@pytest.fixture(scope="module")
def found(scene):
    everything, missing = represent(scene)
    assert not missing
    return everything


def test_all_are_aligned_frame_by_frame(found):
    assert list(found) == list(REPRESENTATIONS)
    by_frame = set(found) - {"gei", "cgi", "events", "gait_cycle"}
    for name in by_frame:
        value = found[name]
        tensors = [value] if isinstance(value, torch.Tensor) else list(value)
        assert {len(tensor) for tensor in tensors} == {34}, name
    assert found["gait_cycle"].phase.shape == (34,)
    assert found["events"].time.max() <= 33 / 25


def test_the_camera_sees_the_left_side_and_the_whole_walker(scene, found):
    facing = heading(scene.mesh.joints).mean()
    way = scene.camera.position[0] - scene.mesh.joints[0, 0]
    seen_from = torch.atan2(way[0], way[2])
    assert_close(seen_from - facing, torch.tensor(torch.pi / 2), atol=0.05, rtol=0)
    edge = found["silhouette"].clone()
    edge[:, 1:-1, 1:-1] = 0
    assert (edge == 0).all()


def test_images_show_the_same_outline(found):
    covered = found["silhouette"] > 0.5
    for image in (found["depth"] > 0, found["parts"] > 0, found["normals"].norm(dim=-1) > 0):
        assert (image != covered).float().mean() < 0.01


def test_flow_and_depth_images_are_those_that_networks_read(found):
    assert found["flow"].shape == (34, 3, 64, 64)
    assert found["depth_image"].shape == (34, 3, 64, 64)
    assert found["flow"].dtype == found["depth_image"].dtype == torch.uint8
    outside = (found["silhouette"] == 0)[:, None].expand_as(found["flow"])
    assert not found["flow"][outside].any()
    assert not found["flow"][-1].any()
    assert found["flow"][:-1].flatten(1).any(1).all()


def test_the_front_is_the_same_wherever_the_camera_stands(scene, found):
    behind = Scene.follow(scene.body, scene.mesh, scene.fps, azimuth_deg=200.0)
    (front,) = represent(behind, ["front_silhouette"])[0].values()
    assert_close(front, found["front_silhouette"])
    rows = (front[0] > 0.5).any(1).nonzero().flatten()
    assert (int(rows[0]), int(rows[-1])) == (0, 63)


def test_only_what_is_asked_for_is_made_and_an_unknown_name_is_refused(scene):
    some, _ = represent(scene, ["gei", "depth"])
    assert list(some) == ["gei", "depth"]
    with pytest.raises(ConfigError, match="no representation 'optical_flow'; there are mesh"):
        represent(scene, ["optical_flow"])


def test_what_a_short_clip_cannot_show_is_said(scene):
    short = Scene(scene.body, scene.mesh[:5], _first(scene.camera, 5), scene.fps)
    some, missing = represent(short, ["gei", "gait_cycle", "cgi"])
    assert list(some) == ["gei"]
    assert "no whole stride" in missing["gait_cycle"]
    assert "quarters of a gait period" in missing["cgi"]


def _first(camera, count):
    return type(camera)(
        camera.rotation[:count],
        camera.translation[:count],
        camera.focal,
        camera.center,
        camera.size,
    )


def test_arrays_have_the_names_of_the_fields(found):
    arrays = as_arrays(found)
    assert {"silhouette", "events.time", "cylinders.radius", "points.normals"} <= set(arrays)
    assert all(isinstance(array, np.ndarray) for array in arrays.values())


def test_the_cubes_hold_every_walker_and_little_above_them(scene):
    body = scene.canonical.vertices
    height = GRID.cell * GRID.shape[1]
    low = GRID.origin[1]
    assert low < body[..., 1].min()
    assert body[..., 1].max() < low + height < body[..., 1].max() + 0.5
