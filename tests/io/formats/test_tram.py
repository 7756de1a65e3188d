from meshgait.io import read
from tests.io.samples import shows_the_walk, write_tram


def test_matrices_and_tensors_become_the_walk(tmp_path):
    track = read(write_tram(tmp_path)).body()
    assert track.axes == "camera"
    shows_the_walk(track)
