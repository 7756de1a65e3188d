import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from meshgait.cli import main
from meshgait.sequence import load_clip
from meshgait.visualization.mp4 import write_video
from tests.cli.test_cli import refused
from tests.video.film import some, write_frames
from tests.video.scene import one


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """A painted walker, as a video."""
    path = tmp_path_factory.mktemp("film") / "walk.mp4"
    write_video(path, (truth.picture for truth in one(28, size=(120, 160)).frames()), fps=30)
    return path


def test_a_walker_is_seen_and_her_clip_is_any_network_s(walk, tmp_path, capsys):
    assert main(["video", str(walk), "-o", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "person-01/clip.npz: " in shown
    assert "1 seen, 1 usable, in 28 frames" in shown
    clip = load_clip(tmp_path / "person-01" / "clip.npz")
    assert 25 <= len(clip) <= 28
    lines = ["video", str(walk), "-o", str(tmp_path), "--workers=2"]
    assert main(lines) == 0  # nothing is looked at again
    assert "one video is watched here" in capsys.readouterr().err
    assert json.loads((tmp_path / "people.json").read_text())["people"][0]["usable"]


def test_each_unkind_input_is_one_sentence(tmp_path, capsys):
    text = tmp_path / "text.mp4"
    text.write_text("not a video\n" * 50)
    empty = tmp_path / "empty"
    empty.mkdir()
    out = f"--out={tmp_path / 'o'}"
    assert "cannot be read as a video: it is text" in refused(["video", text, out], capsys)
    assert "has no images" in refused(["video", empty, out], capsys)
    assert "No such file" in refused(["video", tmp_path / "no.mp4", out], capsys)
    assert "no camera 88" in refused(["video", "88", out], capsys)
    assert "above 0" in refused(["video", text, out, "--fps=0"], capsys)
    assert "1 to 170 degrees" in refused(["video", text, out, "--fov=0"], capsys)


def test_a_video_of_nobody_is_one_sentence(tmp_path, capsys):
    write_video(tmp_path / "a.mp4", [np.full((64, 96, 3), 80, np.uint8)] * 2, fps=25)
    said = refused(["video", tmp_path / "a.mp4", f"--out={tmp_path / 'o'}"], capsys)
    assert "nobody found in 2 frames; people should be 100 px or higher" in said


def test_a_broken_image_in_a_folder_is_told_and_left_out(tmp_path, capsys):
    folder = tmp_path / "film"
    folder.mkdir()
    for index in range(3):
        Image.new("RGB", (96, 64), (80, 80, 80)).save(folder / f"{index}.png")
    (folder / "1.png").write_bytes(b"broken")
    with pytest.warns(UserWarning, match="frame 1 is left out"):
        assert main(["video", str(folder), "-o", str(tmp_path / "o")]) == 2
    assert "nobody found in 2 frames" in capsys.readouterr().err


@pytest.fixture
def boxes(tmp_path, monkeypatch):
    """Films of boxes in the current folder, which this process sees by itself."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("meshgait.video.watch.PoseTracker", some)
    for name, first in (("seen/a", 0), ("empty/b", 100)):
        write_frames(tmp_path / name, 8, first=first)
    (tmp_path / "broken.mp4").write_text("no video\n" * 50)
    return ["seen/a", "empty/b", "broken.mp4", "-o", "out", "--workers=1"]


def test_of_several_the_good_are_written_the_others_named_and_the_status_is_1(boxes, capsys):
    assert main(["video", *boxes]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "out/a/report.html: 1 seen, 0 usable, in 8 frames",
        "out/index.html: 3 videos, 1 seen, 0 usable",
    ]
    lines = [line for line in said.err.splitlines() if line.startswith("meshgait: ")]
    assert lines[0].startswith("meshgait: b: nobody found in 8 frames")
    assert lines[1].startswith("meshgait: broken: ")
    assert "cannot be read as a video: it is text" in lines[1]
    assert lines[2:] == ["meshgait: 2 of 3 videos failed"]
    assert len(json.loads(Path("out/videos.json").read_text())["videos"]) == 3


def test_where_all_is_well_the_status_is_0_and_a_second_call_says_the_same(boxes, capsys):
    lines = ["video", "seen/a", "seen/../seen/a/../c", *boxes[3:]]
    write_frames(Path("seen/c"), 7)
    assert main(lines) == 0
    first = capsys.readouterr().out
    assert first.count("\n") == 3
    assert main(lines) == 0
    assert capsys.readouterr().out == first


def test_a_folder_of_videos_is_searched_and_shared(walk, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("films/day/walk.mp4", "films/walk.MP4"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(walk.read_bytes())
    lines = ["video", "films", "-o", "films/seen", "--overlay", "--frames=8", "--workers=1"]
    assert main(lines) == 0
    found = json.loads(Path("films/seen/videos.json").read_text())["videos"]
    assert [entry["name"] for entry in found] == ["walk", "day/walk"]
    assert [entry["seen"] for entry in found] == [1, 1]
    capsys.readouterr()
    assert main(lines) == 0  # overlays of the first call are no videos of the second
    assert "films/seen/index.html: 2 videos, 2 seen, 0 usable" in capsys.readouterr().out


def test_each_mistake_with_several_is_one_sentence_before_anything_is_watched(
    walk, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    write_frames(tmp_path / "both", 2)
    for name in ("both/x.mp4", "a/walk.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(walk.read_bytes())
    assert "both be written" in refused(["video", walk, "a/walk.mp4"], capsys)
    assert "either could be meant" in refused(["video", "both"], capsys)
    assert "filmed alone" in refused(["video", walk, "0"], capsys)
    assert "1 worker or more" in refused(["video", "a", "--workers=0"], capsys)
    assert "above 0" in refused(["video", "a", "--fps=0"], capsys)
    assert not Path("out").exists()
