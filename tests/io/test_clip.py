from dataclasses import replace

import numpy as np
import torch

from meshgait.data.preparation.drawings import decode_estimate
from meshgait.io import as_clip, read
from meshgait.io.clip import joints_of
from tests.io.samples import FLIP, body, cam, motion, turned, write_own, write_romp, write_wham


def shown(clip):
    """Joints around the pelvis, in the axes of the camera."""
    return decode_estimate(torch.from_numpy(clip.frames["smpl"]), body()).require_joints()


def test_a_track_with_a_camera_keeps_it(tmp_path):
    clip = as_clip(read(write_romp(tmp_path)).body(), "anna")
    np.testing.assert_allclose(clip.frames["smpl"][:, :3], cam(), atol=1e-6)
    assert clip.frames["frame"].tolist() == list(range(3, 9))
    assert (clip.subject, clip.view) == ("anna", "unknown")


def test_a_track_in_the_axes_of_a_camera_is_seen_as_by_that_camera(tmp_path):
    pose, transl = turned(FLIP)
    track = replace(read(write_romp(tmp_path)).body(), camera=None, transl=transl)
    clip = as_clip(track, "anna", body=body())
    np.testing.assert_allclose(clip.frames["smpl"][:, 6:75], pose.reshape(-1, 72)[:, 3:], atol=1e-5)
    expected = joints_of(motion(), body()) * torch.tensor([1.0, -1.0, -1.0])
    torch.testing.assert_close(shown(clip), expected - expected[:, :1], atol=1e-5, rtol=0)


def test_a_walk_in_the_world_is_seen_from_where_one_asks(tmp_path):
    for write in (write_own, write_wham):
        track = read(write(tmp_path)).body()
        clip = as_clip(track, "anna", body=body(), azimuth_deg=90.0, elevation_deg=0.0)
        assert clip.view == "090"
        toes = shown(clip)[:, [10, 11]].mean((0, 1))
        head = shown(clip)[:, 15].mean(0)
        assert toes[0] < -0.05  # seen from the left, who walks faces the left of the picture
        assert abs(toes[2]) < 0.05
        assert head[1] < -0.5  # y is down
    before = as_clip(track, "anna", body=body(), azimuth_deg=0.0, elevation_deg=0.0)
    assert shown(before)[:, [10, 11], 2].mean() < -0.05  # towards the camera


def test_joints_of_a_long_walk_are_those_of_its_parts():
    whole = motion()
    long = replace(whole, pose=np.tile(whole.pose, (50, 1)), transl=np.tile(whole.transl, (50, 1)))
    expected = whole.decode(body()).joints
    found = joints_of(long, body())
    assert len(found) == 300
    torch.testing.assert_close(found[-6:], expected)
