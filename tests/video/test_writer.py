import pytest

from meshgait.errors import StorageError
from meshgait.video.reader import open_video
from meshgait.video.writer import write_video
from tests.video.test_reader import pictures


def test_odd_sides_lose_a_row(tmp_path):
    write_video(tmp_path / "a.mp4", pictures(2, (33, 47)), fps=25)
    frames = list(open_video(tmp_path / "a.mp4").frames())
    assert [frame.picture.shape for frame in frames] == [(32, 46, 3)] * 2


def test_no_pictures_make_no_video(tmp_path):
    with pytest.raises(StorageError):
        write_video(tmp_path / "a.mp4", [], fps=25)
    assert not list(tmp_path.iterdir())
