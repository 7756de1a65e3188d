"""Every example runs, with small settings, and is as short as an example should be."""

import runpy
from pathlib import Path

import pytest
from PIL import Image

FOLDER = Path(__file__).parents[1] / "examples"

# Small settings for each; {tmp} is a fresh folder, the walkers in {cache} are all the same.
SETTINGS = {
    "evaluate": "--people 4 --clips 2 --cache {cache}",
    "protocols": "--people 3 --cache {tmp} --out {tmp}/protocol.csv",
    "explain": (
        "--people 8 --clips 2 --steps 1 --width 0.0625 --probes 1 --cache {cache} --out {tmp}"
    ),
    "export": "--frames 2 --out {tmp}/files",
    "fit": "--frames 3 --steps 2 --out {tmp}/fit.gif",
    "fusion": "--people 8 --clips 2 --steps 1 --width 0.0625 --cache {cache} --out {tmp}/run",
    "graph_layers": "--frames 1 --people 4 --cache {cache}",
    "mesh_only": (
        "--people 8 --clips 2 --steps 1 --pretraining 1 --width 0.0625 --cache {cache} "
        "--out {tmp}/run"
    ),
    "motion_capture": "--frames 4 --out {tmp}/files",
    "own_model": "--steps 3 --out {tmp}/run",
    "prepare": "--people 4 --frames 4 --out {tmp}",
    "poses": "--frames 4 --out {tmp}/files",
    "pytorch3d_images": "--pixels 16 --out {tmp}/images.png",
    "smpl_tools": "--frames 8 --out {tmp}/files",
    "train": "--people 8 --clips 2 --steps 2 --width 0.0625 --cache {cache} --out {tmp}/run",
    "video": "--frames 2 --height 72 --out {tmp}/walk.mp4",
    "view": "--frames 4 --out {tmp}/walk.gif",
    "walkers": "--people 3 --rows 1 --out {tmp}/walkers.png",
}
# Those that show one representation, by the frames they need.
WHOLE_STRIDES = ("all_representations", "cgi", "gait_cycle", "gei")
FEW_FRAMES = (
    "cylinders", "depth", "events", "mesh", "normals", "parts", "points", "pose_heatmap",
    "silhouette", "skeleton2d", "skeleton3d", "voxels",
)  # fmt: skip
PICTURES = dict.fromkeys(WHOLE_STRIDES, 40) | dict.fromkeys(FEW_FRAMES, 6)
SETTINGS |= {
    name: f"--frames {frames} --out {{tmp}}/{name}.png" for name, frames in PICTURES.items()
}


def scripts():
    return sorted(path.stem for path in FOLDER.glob("*.py"))


def test_every_example_is_run():
    assert scripts() == sorted(SETTINGS)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("walkers")


@pytest.mark.parametrize("name", scripts())
def test_an_example_runs_and_prints(name, cache, tmp_path, capsys):
    arguments = SETTINGS[name].format(tmp=tmp_path, cache=cache).split()
    runpy.run_path(str(FOLDER / f"{name}.py"), run_name="example")["main"](arguments)
    assert capsys.readouterr().out
    if name in PICTURES:
        with Image.open(tmp_path / f"{name}.png") as picture:
            levels = picture.convert("L").getcolors(256)
        assert len(levels) > 2


@pytest.mark.parametrize("name", scripts())
def test_an_example_is_read_in_a_minute(name):
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) < 100
    assert source.startswith('"""')
    assert "def main(argv: list[str] | None = None) -> None:" in source
