import numpy as np

from meshgait.io import as_clip, read
from meshgait.sequence import load_clip, save_clip
from tests.io.samples import body, motion, shows_the_walk, write_gait3d, write_own


def test_a_motion_comes_back(tmp_path):
    track = read(write_own(tmp_path)).body()
    found = track.to_motion(body())
    for field in ("pose", "betas", "transl", "fps"):
        np.testing.assert_array_equal(getattr(found, field), getattr(motion(), field))


def test_a_clip_comes_back_upright_with_its_frame_ids(tmp_path):
    track = read(write_gait3d(tmp_path)).body()
    save_clip(tmp_path / "clip.npz", as_clip(track, "anna"))
    assert load_clip(tmp_path / "clip.npz").frames["smpl"].shape == (6, 85)
    again = read(tmp_path / "clip.npz").body()
    np.testing.assert_array_equal(again.pose, track.pose)
    np.testing.assert_array_equal(again.frames, track.frames)
    shows_the_walk(again)
