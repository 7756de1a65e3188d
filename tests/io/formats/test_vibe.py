import joblib
import numpy as np

from meshgait.io import read
from tests.io.samples import FRAMES, cam, matrices, shows_the_walk, write_vibe


def test_the_camera_is_of_hmr_and_the_pose_the_walk(tmp_path):
    track = read(write_vibe(tmp_path)).body()
    assert track.camera.convention == "hmr"
    np.testing.assert_allclose(track.camera.cam, cam(), atol=1e-6)
    assert track.frames.tolist() == list(range(5, 5 + FRAMES))
    shows_the_walk(track)


def test_pare_may_give_matrices(tmp_path):
    content = joblib.load(write_vibe(tmp_path))
    content[1]["pose"] = matrices(content[1]["pose"].reshape(FRAMES, 24, 3))
    joblib.dump(content, tmp_path / "x.pkl")
    shows_the_walk(read(tmp_path / "x.pkl").body())
