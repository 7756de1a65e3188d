"""Every example runs, from a stranger's point of view: its file, with small settings."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from PIL import Image

EXAMPLES = Path(__file__).parents[1] / "examples"
# The representations that an example of its own shows.
DRAWN = (
    "all_representations", "cgi", "cylinders", "depth", "events", "gait_cycle", "gei", "mesh",
    "normals", "parts", "points", "pose_heatmap", "silhouette", "skeleton2d", "skeleton3d",
    "voxels",
)  # fmt: skip
WHOLE_STRIDES = ("all_representations", "cgi", "gait_cycle", "gei")  # need more than a few frames


def load(name):
    spec = spec_from_file_location(f"examples_{name}", EXAMPLES / f"{name}.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", DRAWN)
def test_an_example_draws_its_picture(name, tmp_path, capsys):
    pytest.importorskip("cv2", reason="the extra 'data'")
    out = tmp_path / f"{name}.png"
    frames = 40 if name in WHOLE_STRIDES else 6
    load(name).main(["--out", str(out), "--frames", str(frames)])
    with Image.open(out) as picture:
        image = picture.convert("L")
    assert min(image.size) > 100
    assert len(image.getcolors(1000) or range(1000)) > 2
    assert str(out) in capsys.readouterr().out


def test_the_walk_is_written_as_a_page(tmp_path):
    out = tmp_path / "walk.gif"
    load("view").main(["--out", str(out), "--frames", "4"])
    with Image.open(out) as film:
        assert film.n_frames == 4


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_an_example_is_short_and_stands_alone(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") < 100
    assert "def main(" in text
    assert "from examples" not in text
