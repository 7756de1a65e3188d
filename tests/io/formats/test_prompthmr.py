import joblib

from meshgait.io import read
from tests.io.samples import shows_the_walk, write_prompthmr


def test_the_walk_in_the_world_is_read_with_its_frames(tmp_path):
    track = read(write_prompthmr(tmp_path)).body("1")
    assert track.frames[0] == 3
    assert track.own.kind.name == "smplx"
    shows_the_walk(track, hands=False, place=1e-3)


def test_without_a_world_the_camera_is_taken(tmp_path):
    content = joblib.load(write_prompthmr(tmp_path))
    person = content["people"][1]
    person["smplx_cam"] = person.pop("smplx_world")
    joblib.dump(content, tmp_path / "x.pkl")
    assert read(tmp_path / "x.pkl").body().axes == "camera"
