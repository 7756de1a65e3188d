"""`represent` and `view` as a user meets them."""

import numpy as np
import pytest
from PIL import Image

from meshgait.cli import main

pytest.importorskip("cv2", reason="the extra 'data'")


def test_represent_writes_the_picture_and_the_arrays(tmp_path, capsys):
    out = tmp_path / "sheet.png"
    arguments = ["represent", "--frames=6", "--only=silhouette,gait_cycle,parts", f"--out={out}"]
    assert main(arguments) == 0
    said = capsys.readouterr()
    assert "2 representations of 6 frames" in said.out
    assert "left out gait_cycle: clip 0 shows no whole stride" in said.err
    with Image.open(out) as image:
        assert min(image.size) > 100
    with np.load(out.with_suffix(".npz")) as arrays:
        assert set(arrays) == {"silhouette", "parts"}


def test_a_file_is_shown_and_a_bad_one_refused_in_a_sentence(tmp_path, capsys):
    np.savez(tmp_path / "walk.npz", pose=np.zeros((4, 72)))
    out = tmp_path / "walk.gif"
    assert main(["view", f"{tmp_path}/walk.npz", f"--out={out}", "--pixels=32"]) == 0
    with Image.open(out) as film:
        assert film.size == (32, 32)
    assert "25 a second are taken" in capsys.readouterr().err
    (tmp_path / "bad.npz").write_bytes(b"nonsense")
    for verb in ("view", "represent"):
        assert main([verb, f"{tmp_path}/bad.npz"]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert main(["represent", "--only=gie"]) == 2
    assert "no representation 'gie'" in capsys.readouterr().err


def test_without_a_display_a_page_is_written(tmp_path, monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    assert main(["view", "--frames=2", "--pixels=32"]) == 0
    assert "there is no display" in capsys.readouterr().err
    assert "<canvas" in (tmp_path / "walk.html").read_text()
