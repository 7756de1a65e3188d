from meshgait.io import read
from tests.io.samples import FRAMES, shows_the_walk, write_phalp


def test_who_was_seen_is_the_walk_and_who_was_only_repeated_is_left_out(tmp_path):
    recording = read(write_phalp(tmp_path))
    assert list(recording.tracks) == [1]
    assert recording.body().frames.tolist() == list(range(FRAMES))
    shows_the_walk(recording.body())
