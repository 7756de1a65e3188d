import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.io import read, write_gait3d
from tests.io.samples import cam, shows_the_walk, write_amass, write_vibe
from tests.io.samples import write_gait3d as write_sample


def test_the_order_is_camera_pose_betas(tmp_path):
    track = read(write_sample(tmp_path)).body()
    np.testing.assert_allclose(track.camera.cam, cam(), atol=1e-6)
    shows_the_walk(track)


@pytest.mark.parametrize("name", ["seq1.pkl", "seq1"])
def test_what_is_written_comes_back(tmp_path, name):
    track = read(write_sample(tmp_path)).body()
    write_gait3d(tmp_path / name, track)
    again = read(tmp_path / name).body()
    for field in ("frames", "pose", "betas"):
        np.testing.assert_array_equal(getattr(again, field), getattr(track, field))
    np.testing.assert_array_equal(again.camera.cam, track.camera.cam)
    if name == "seq1":
        assert (tmp_path / "seq1" / "human_crop_f00000.npz").is_file()


def test_a_camera_of_hmr_is_turned_into_romps(tmp_path):
    write_gait3d(tmp_path / "x.pkl", read(write_vibe(tmp_path)).body())
    found = read(tmp_path / "x.pkl").body().camera
    s, tx, ty = cam().T
    np.testing.assert_allclose(found.cam, np.stack([s, s * tx, s * ty], axis=1), atol=1e-6)


def test_without_a_camera_it_cannot_be_written(tmp_path):
    with pytest.raises(DataError, match="begin with a camera, which this track has not"):
        write_gait3d(tmp_path / "x.pkl", read(write_amass(tmp_path)).body())
