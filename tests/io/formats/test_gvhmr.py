import torch

from meshgait.io import read
from tests.io.samples import shows_the_walk, write_gvhmr


def test_the_walk_in_the_world_is_read_with_resting_hands(tmp_path):
    track = read(write_gvhmr(tmp_path)).body()
    assert track.fps == 30
    assert not track.pose[:, 22:].any()
    shows_the_walk(track, hands=False, place=1e-3)


def test_without_a_world_the_camera_is_taken(tmp_path):
    content = torch.load(write_gvhmr(tmp_path))
    del content["smpl_params_global"]
    torch.save(content, tmp_path / "x.pt")
    assert read(tmp_path / "x.pt").body().axes == "camera"
