import sys

import pytest

from meshgait.errors import DependencyError, StorageError
from meshgait.video.reader import open_video
from meshgait.visualization.mp4 import write_video
from tests.video.test_reader import pictures


def test_odd_sides_lose_a_row(tmp_path):
    write_video(tmp_path / "a.mp4", pictures(2, (33, 47)), fps=25)
    frames = list(open_video(tmp_path / "a.mp4").frames())
    assert [frame.picture.shape for frame in frames] == [(32, 46, 3)] * 2


def test_it_is_h264_that_browsers_play(tmp_path):
    """The boxes of the file name the codec and its kind of colours; the index comes first."""
    write_video(tmp_path / "a.mp4", pictures(3), fps=25)
    content = (tmp_path / "a.mp4").read_bytes()
    assert b"avc1" in content
    assert content.index(b"moov") < content.index(b"mdat")
    profile = content[content.index(b"avcC") + 5]
    assert profile in (66, 77, 100)  # baseline, main or high: 4:2:0


def test_without_an_encoder_it_says_how_to_get_one(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(DependencyError, match=r"no ffmpeg .* pip install 'meshgait\[video\]'"):
        write_video(tmp_path / "a.mp4", pictures(2), fps=25)
    assert not list(tmp_path.iterdir())


def test_no_pictures_make_no_video(tmp_path):
    with pytest.raises(StorageError):
        write_video(tmp_path / "a.mp4", [], fps=25)
    assert not list(tmp_path.iterdir())
