import json

import numpy as np
import pytest
from PIL import Image

from meshgait.cli import main
from meshgait.sequence import load_clip
from meshgait.visualization.mp4 import write_video
from tests.cli.test_cli import refused
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
    assert main(["video", str(walk), "-o", str(tmp_path)]) == 0  # nothing is looked at again
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
