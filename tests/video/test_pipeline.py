import json

import pytest

from meshgait.errors import ConfigError, DataError
from meshgait.io import read
from meshgait.sequence import load_clip
from meshgait.video import pipeline as module
from meshgait.video.pipeline import VideoConfig, process
from meshgait.video.reader import open_video
from tests.alone import killed_at_events
from tests.video.film import alone, crossing, nobody, write_frames


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return write_frames(tmp_path_factory.mktemp("film"), 60)


@pytest.fixture(scope="module")
def done(film, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    return out, process(open_video(film, fps=30), out, tracker=crossing(), progress=False)


def test_each_person_has_a_clip_landmarks_and_a_sheet(done):
    out, content = done
    assert content == json.loads((out / "people.json").read_text())
    assert len(content["people"]) == 2
    for facts in content["people"]:
        folder = out / facts["name"]
        assert sorted(p.name for p in folder.iterdir()) == [
            "clip.npz", "landmarks.json", "sheet.png",
        ]  # fmt: skip
        clip = load_clip(folder / "clip.npz")
        assert len(clip) == facts["whole_frames"]
        assert set(clip.frames) == {"silhouette", "frame"}
        (track,) = read(folder / "landmarks.json").tracks.values()
        assert track.unit == "m"
        assert len(track) == sum(b - a + 1 for a, b in facts["frames"])


def test_the_report_says_who_when_and_what_was_left_out(done):
    out, _ = done
    page = (out / "report.html").read_text().lower()
    assert "http" not in page.replace("http-equiv", "")
    for words in ("person-01", "person-02", "overlaps with somebody", "agreed to it"):
        assert words in page
    assert not (out / "overlay.mp4").exists()


def test_results_of_another_video_are_not_left_behind(done, film, tmp_path):
    video = open_video(film, fps=30)
    process(video, tmp_path, tracker=crossing(), progress=False)
    process(video, tmp_path, VideoConfig(most_frames=40), tracker=alone(), progress=False)
    assert not (tmp_path / "person-02").exists()


def test_a_video_of_nobody_is_one_sentence_and_written(film, tmp_path):
    with pytest.raises(DataError, match="nobody found in 60 frames; people should be 100 px"):
        process(open_video(film, fps=30), tmp_path, tracker=nobody(), progress=False)
    assert json.loads((tmp_path / "people.json").read_text())["people"] == []


def test_one_frame_is_too_few(film, tmp_path):
    content = process(
        open_video(film, fps=30), tmp_path, VideoConfig(most_frames=6), tracker=alone(),
        progress=False,
    )  # fmt: skip
    (facts,) = content["people"]
    assert facts["why_not"].startswith("6 whole frames, 25 needed")
    assert not (tmp_path / "person-01").exists()


def test_two_runs_do_not_write_into_one_folder(film, tmp_path):
    from meshgait.files.lock import locked

    with locked(tmp_path), pytest.raises(ConfigError, match="another process is writing"):
        process(open_video(film), tmp_path, tracker=alone(), progress=False)


@pytest.mark.parametrize("wrong", [{"fov_deg": 180.0}, {"most_frames": 0}])
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ConfigError):
        VideoConfig(**wrong)


@pytest.mark.slow
def test_killed_at_10_moments_it_goes_on_and_writes_the_same(tmp_path):
    found = killed_at_events("see", 10, tmp_path)
    assert found["events"] > 30
    assert found["killed"] == 10
    assert found["different"] == []


def test_pixels_of_people_do_not_stay_in_memory(film, tmp_path, monkeypatch):
    kept, plain = [], module.people_of
    monkeypatch.setattr(module, "people_of", lambda *a: kept.append(plain(*a)) or kept[0])
    process(open_video(film, fps=30), tmp_path, tracker=crossing(), progress=False)
    for person in kept[0].people:
        for name in ("mask", "silhouette", "look", "world"):
            assert set(getattr(person.rows, name).strides) == {0}


def test_whoever_is_too_scattered_for_a_body_keeps_the_clip(film, tmp_path, monkeypatch):
    monkeypatch.setattr("meshgait.video.lift.LEAST_RUN", 100)
    content = process(
        open_video(film, fps=30), tmp_path, VideoConfig(fit="fast"), tracker=alone(), progress=False
    )  # fmt: skip
    assert content["people"][0]["warnings"] == [
        "no body was fitted: whole frames are too scattered"
    ]
    assert "smpl" not in load_clip(tmp_path / "person-01" / "clip.npz").frames
    assert not (tmp_path / "person-01" / "motion.npz").exists()
