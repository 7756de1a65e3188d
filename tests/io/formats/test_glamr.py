from meshgait.io import read
from tests.io.samples import FRAMES, shows_the_walk, write_glamr


def test_frames_without_the_person_are_left_out_and_the_pelvis_is_placed(tmp_path):
    track = read(write_glamr(tmp_path)).body()
    assert track.frames.tolist() == list(range(1, 1 + FRAMES))
    assert (track.axes, track.moved) == ("z up", "pelvis")
    shows_the_walk(track)
