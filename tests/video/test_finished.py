import os
from dataclasses import asdict
from pathlib import Path

import pytest

from meshgait._version import __version__
from meshgait.errors import DataError
from meshgait.video import finished as module
from meshgait.video import pipeline
from meshgait.video.finished import made_of, record_of
from meshgait.video.pipeline import VideoConfig, process
from meshgait.video.reader import open_video
from tests.video.film import alone, nobody, write_frames

FRAMES = 30
PLAIN = VideoConfig()


@pytest.fixture
def film(tmp_path):
    return write_frames(tmp_path / "film", FRAMES)


@pytest.fixture
def made(monkeypatch):
    """How often people were put together so far."""
    count, plain = [], pipeline.people_of
    monkeypatch.setattr(pipeline, "people_of", lambda *a: count.append(1) or plain(*a))
    return count


def see(film, out, config=PLAIN, tracker=alone):
    return process(open_video(film, fps=30), out, config, tracker=tracker(), progress=False)


def is_finished(film, out, config=PLAIN, fps=30):
    return module.finished(out, made_of(open_video(film, fps=fps), asdict(config))) is not None


def content(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_is_finished_is_not_made_again(film, tmp_path, made):
    first = see(film, tmp_path / "o")
    before = content(tmp_path / "o")
    assert see(film, tmp_path / "o") == first
    assert made == [1]
    assert content(tmp_path / "o") == before


def test_that_there_is_nobody_is_found_once(film, tmp_path, made):
    for _ in range(2):
        with pytest.raises(DataError, match="nobody found in 30 frames"):
            see(film, tmp_path / "o", tracker=nobody)
    assert made == [1]


def test_whatever_decides_the_results_makes_them_anew(film, tmp_path, monkeypatch):
    out, config = tmp_path / "o", PLAIN
    see(film, out, config)
    assert is_finished(film, out, config)
    assert not is_finished(film, out, config, fps=25)
    for other in (
        VideoConfig("fast"), VideoConfig(fov_deg=50.0), VideoConfig(most_frames=29),
        VideoConfig(overlay=True), VideoConfig(faces=True),
    ):  # fmt: skip
        assert not is_finished(film, out, other)
    (film / "003.png").write_bytes((film / "004.png").read_bytes())
    assert not is_finished(film, out, config)
    see(film, out, config)
    assert is_finished(film, out, config)
    monkeypatch.setattr(module, "__version__", f"{__version__}.1")
    assert not is_finished(film, out, config)


def test_what_is_lost_or_cut_short_or_no_record_is_made_anew(film, tmp_path):
    out = tmp_path / "o"
    see(film, out)
    before = content(out)
    for name in ("person-01/clip.npz", "people.json", "report.html"):
        os.truncate(out / name, 100)
        assert not is_finished(film, out)
        (out / name).unlink()
        assert not is_finished(film, out)
        (out / name).write_bytes(before[Path(name)])
        assert is_finished(film, out)
    record = before[record_of(Path())]
    for wrong in (b"{}", b"[]", b'{"made": 1, "files": 2}', record[:-1], b""):
        record_of(out).write_bytes(wrong)
        assert not is_finished(film, out)
    see(film, out)
    assert content(out) == before


def test_results_that_were_not_finished_have_no_record(film, tmp_path, monkeypatch):
    see(film, tmp_path / "o")
    monkeypatch.setattr(pipeline.results, "write_index", lambda *a: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        see(film, tmp_path / "o", VideoConfig(fov_deg=50.0))
    assert not record_of(tmp_path / "o").exists()
