"""The lines of the README, run as they stand there."""

import shlex
from pathlib import Path

import numpy as np
import pygltflib
import pytest

from meshgait.body import Body
from meshgait.cli import main
from meshgait.evaluation import Embeddings
from meshgait.io import read, to_body, write_bvh
from meshgait.sequence import load_clip
from meshgait.walker import Identity, walk
from tests.browser import chromium
from tests.gltf_viewer import viewing
from tests.io.samples import FRAMES, WRITERS

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def chain(opening):
    """The commands below the line that starts so, without `meshgait` and what is said of them."""
    block = README.split(f"\n{opening}")[1].split("```sh\n")[1].split("```")[0]
    lines = [shlex.split(line, comments=True) for line in block.splitlines()]
    assert {line[0] for line in lines} == {"meshgait"}
    return [line[1:] for line in lines]


def run(lines, capsys):
    for line in lines:
        assert main(line) == 0, capsys.readouterr().err


@pytest.mark.parametrize("tool", ["romp", "phalp", "wham"])
def test_a_trackers_file_becomes_a_clip_and_an_embedding(tmp_path, monkeypatch, capsys, tool):
    monkeypatch.chdir(tmp_path)
    WRITERS[tool](tmp_path).rename("tracked.pkl")  # told by content, whatever it is called
    run(chain("From a tracker's output"), capsys)
    assert load_clip(tmp_path / "clip.npz").frames["smpl"].shape == (FRAMES, 85)
    found = Embeddings.load(tmp_path / "embeddings.npz")
    assert [record.subject for record in found.records] == ["tracked"]
    assert found.values.isfinite().all()


def test_motion_capture_becomes_a_table_a_page_and_a_scene(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    body = Body.embedded()
    write_bvh(tmp_path / "recording.bvh", walk(body, Identity.average(), frames=150).motion, body)
    run(chain("From motion capture to"), capsys)
    made = {path.name for path in tmp_path.iterdir()}
    assert {"table.csv", "page.html", "walk.glb", "walk.html"} < made
    rows = (tmp_path / "table.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) > 6  # strides of six seconds
    file = pygltflib.GLTF2.load(str(tmp_path / "walk.glb"))
    assert len(file.animations) == 1
    assert len(file.skins[0].joints) == 24


@pytest.mark.slow
def test_a_walk_is_played_by_three_js_in_its_right_size(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    body, motion = Body.embedded(), walk(Body.embedded(), Identity.average(), frames=60).motion
    write_bvh(tmp_path / "recording.bvh", motion, body)
    run([line for line in chain("From motion capture to") if "walk.glb" in line], capsys)
    read_again = to_body(read(tmp_path / "recording.bvh")).to_motion(body)
    ours = read_again.decode(body).vertices.numpy()
    with chromium() as browser, viewing(browser, tmp_path / "walk.glb") as viewer:
        assert len(viewer.people) == 1
        for frame in (0, 30, 59):
            (skin,) = viewer.show(frame / read_again.fps)
            off = np.linalg.norm(skin - ours[frame], axis=1)
            assert off.max() < 0.06  # what the pose adds to the skin is left out
            assert np.median(off) < 0.005


def readme_lines():
    """The Python of the README, with less to do."""
    lines = README.split("```python\n")[1].split("```")[0]
    for number, small in {
        "40": "4", "identities=20": "identities=3", "steps=100": "steps=1", "(8, 4)": "(4, 2)",
        "width=0.25": "width=0.0625",
    }.items():  # fmt: skip
        assert number in lines
        lines = lines.replace(number, small)
    return lines


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MESHGAIT_CACHE", str(tmp_path))
    exec(compile(readme_lines(), "README.md", "exec"), {})
    assert "rank1" in capsys.readouterr().out
    assert (tmp_path / "runs/first/checkpoint.pt").is_file()
