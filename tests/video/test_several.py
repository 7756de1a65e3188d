import json
import os
import signal
from contextlib import ExitStack
from pathlib import Path

import distributed
import pytest

from meshgait.data.processes import shared_by
from meshgait.errors import ConfigError, DataError, StorageError
from meshgait.files.lock import locked
from meshgait.video import several as module
from meshgait.video.pipeline import VideoConfig
from meshgait.video.several import process_all
from tests.alone import killed_at_events
from tests.video.film import some, write_frames

FRAMES = 8  # too few to be usable, and quick
LONG = 30


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """A walker twice, once long enough; nobody; what is no video."""
    root = tmp_path_factory.mktemp("films")
    write_frames(root / "long", LONG)
    write_frames(root / "short", FRAMES)
    write_frames(root / "empty", FRAMES, first=100)
    (root / "broken.mp4").write_text("no video\n" * 50)
    return [root / name for name in ("long", "broken.mp4", "empty", "short")]


@pytest.fixture(scope="module")
def alone(films, tmp_path_factory):
    """All of them by one process."""
    out = tmp_path_factory.mktemp("alone")
    with shared_by(workers=1):
        return out, see(films, out)


def see(films, out, tracker=some, **more):
    return process_all(films, out, fps=30, tracker=tracker, progress=False, **more)


def content(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def fails():
    raise AssertionError("watched again")


def test_one_that_cannot_be_read_and_one_of_nobody_do_not_stop_the_others(alone):
    out, found = alone
    assert found == json.loads((out / "videos.json").read_text())
    entries = {entry["name"]: entry for entry in found["videos"]}
    assert list(entries) == ["long", "broken", "empty", "short"]
    assert entries["long"]["failed"] is entries["short"]["failed"] is None
    assert "broken.mp4 cannot be read as a video: it is text" in entries["broken"]["failed"]
    assert entries["empty"]["failed"].startswith("nobody found in 8 frames")
    assert entries["broken"]["report"] is None
    for name in ("long", "empty", "short"):
        assert (out / entries[name]["report"]).is_file()
    assert [(e["seen"], e["usable"]) for e in found["videos"]] == [(1, 1), (0, 0), (0, 0), (1, 0)]
    assert entries["long"]["clips"] == ["long/person-01/clip.npz"]
    assert (out / "long/person-01/clip.npz").is_file()


def test_a_cluster_makes_the_bytes_of_one_process(alone, films, machines, tmp_path):
    with shared_by(cluster=machines):
        assert see(films, tmp_path) == alone[1]
    assert content(tmp_path) == content(alone[0])


@pytest.mark.slow
def test_two_processes_make_the_bytes_of_one(alone, films, tmp_path):
    with shared_by(workers=2):
        assert see(films, tmp_path) == alone[1]
    assert content(tmp_path) == content(alone[0])


def test_what_is_finished_is_neither_watched_nor_written_again(alone, films, machines):
    out, found = alone
    before = {path: path.stat().st_mtime_ns for path in out.glob("*/**/*")}
    told = []
    with shared_by(workers=1):
        assert see(films, out, tracker=fails, each=told.append) == found
    assert {path: path.stat().st_mtime_ns for path in out.glob("*/**/*")} == before
    assert sorted(entry["name"] for entry in told) == ["broken", "empty", "long", "short"]


def test_where_all_is_finished_nobody_is_asked_to_share(films, alone, tmp_path):
    with shared_by(workers=1):
        see(films[3:], tmp_path)
    with shared_by(workers=2), pytest.MonkeyPatch.context() as patch:
        patch.setattr("loky.ProcessPoolExecutor", lambda *a, **k: fails())
        see(films[3:], tmp_path, tracker=fails)


def test_other_settings_and_other_videos_are_watched(films, tmp_path):
    with shared_by(workers=1):
        see(films[3:], tmp_path)
        (entry,) = see(films[3:], tmp_path, config=VideoConfig(most_frames=7))["videos"]
        assert entry["frames"] == 7
        (entry,) = see(films[2:3], tmp_path)["videos"]  # those of before stay, and are not listed
    assert entry["name"] == "empty"
    assert (tmp_path / "short/report.html").exists()


def test_what_cannot_be_opened_any_more_is_not_shown_by_what_was_seen_before(films, tmp_path):
    film = write_frames(tmp_path / "film", FRAMES)
    with shared_by(workers=1):
        see([film], tmp_path / "o")
        for path in film.iterdir():
            path.write_bytes(b"broken")
        with pytest.warns(UserWarning, match="film: frame . is left out"):
            entry, _ = see([film, films[3]], tmp_path / "o")["videos"]
    assert "none of its 8 images can be read" in entry["failed"]
    assert entry["report"] is None
    assert 'href="film' not in (tmp_path / "o/index.html").read_text()


def test_a_full_disk_ends_all(films, tmp_path, monkeypatch):
    def full(*arguments, **more):
        raise StorageError("no space")

    monkeypatch.setattr(module, "make_results", full)
    with shared_by(workers=1), pytest.raises(StorageError):
        see(films, tmp_path)


def test_two_runs_do_not_write_into_one_folder(films, tmp_path):
    with locked(tmp_path), pytest.raises(ConfigError, match="another process is writing"):
        see(films, tmp_path)


def test_a_video_that_another_machine_still_has_in_hand_is_waited_for(films, tmp_path, monkeypatch):
    job = module._Job("o", films[3], tmp_path, tmp_path, VideoConfig(), 30, some)
    with ExitStack() as other:
        other.enter_context(locked(tmp_path / "o"))
        monkeypatch.setattr("meshgait.files.lock.warnings.warn", lambda *a, **k: other.close())
        assert job.run()[0]["failed"] is None


def test_a_machine_that_does_not_see_the_folder_says_so(films, tmp_path):
    job = module._Job("a", films[3], tmp_path, tmp_path / "elsewhere", VideoConfig(), None, some)
    with pytest.raises(DataError, match="must share the folder"):
        job.run()
    assert not (tmp_path / "elsewhere").exists()


def test_who_does_it_may_stand_elsewhere(films, tmp_path, monkeypatch):
    monkeypatch.chdir(films[0].parent)
    here, short = Path.cwd(), Path("short")
    job = module._Job("short", short, here, tmp_path / "o", VideoConfig(most_frames=6), 30, some)
    job.root.mkdir()
    monkeypatch.chdir(tmp_path)
    entry, warned = job.run()
    assert (entry["file"], entry["failed"], warned) == ("short", None, [])


def test_pages_say_how_they_are_made_again_wherever_and_by_whomever(alone, films):
    out, _ = alone
    line = f"meshgait video {films[0]} --fps 30"
    assert line in (out / "long/report.html").read_text()
    assert (
        f"meshgait video {' '.join(map(str, films))} --fps 30" in (out / "index.html").read_text()
    )
    made = module._command(["a b.mp4"], VideoConfig("full", overlay=True, most_frames=9), None)
    assert made == "meshgait video 'a b.mp4' --fit full --frames 9 --overlay"


@pytest.mark.slow
def test_killed_at_10_moments_it_goes_on_and_writes_the_same(tmp_path):
    found = killed_at_events("see all", 10, tmp_path)
    assert found["events"] > 100
    assert found["killed"] == 10
    assert found["different"] == []


def dies_once():
    """Ends its process the first time that anybody asks."""
    flag = os.environ["DIED"]
    try:
        os.close(os.open(flag, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return some()
    return os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_a_cluster_of_processes_that_loses_one_makes_the_bytes_of_one_process(
    alone, films, tmp_path, monkeypatch
):
    monkeypatch.setenv("DIED", str(tmp_path / "died"))
    with distributed.LocalCluster(
        3, processes=True, threads_per_worker=1, dashboard_address=":0"
    ) as started, shared_by(cluster=started.scheduler_address):  # fmt: skip
        assert see(films, tmp_path / "o", tracker=dies_once) == alone[1]
    assert (tmp_path / "died").exists()
    assert content(tmp_path / "o") == content(alone[0])
