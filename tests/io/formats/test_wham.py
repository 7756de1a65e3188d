import joblib

from meshgait.io import read
from tests.io.samples import FRAMES, shows_the_walk, write_wham


def test_the_walk_in_the_world_is_read(tmp_path):
    track = read(write_wham(tmp_path)).body("4")
    assert track.axes == "y up"
    assert track.frames.tolist() == list(range(10, 10 + FRAMES))
    shows_the_walk(track)


def test_without_a_world_the_camera_is_taken(tmp_path):
    content = joblib.load(write_wham(tmp_path))
    for name in ("pose_world", "trans_world"):
        del content[4][name]
    joblib.dump(content, tmp_path / "x.pkl")
    track = read(tmp_path / "x.pkl").body()
    assert track.axes == "camera"
    shows_the_walk(track)
