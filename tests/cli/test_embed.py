"""From the file of any tool to embeddings and fits, and what is said of files that hold no walk."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from meshgait import models
from meshgait.cli import main
from meshgait.evaluation import Embeddings
from meshgait.fitting import Fit
from meshgait.sequence import load_clip, load_motion
from meshgait.weights.checkpoint import describe_model, save_checkpoint
from tests.cli.test_cli import refused
from tests.io.samples import FRAMES, WRITERS, write_own, write_romp, write_vibe, write_wham

QUICK = ["--fit.rigid_steps=1", "--fit.pose_steps=1", "--fit.yaws_deg=[0]"]


def checkpoint(folder, name="SMPLGait"):
    torch.manual_seed(0)
    model_class = getattr(models, name)
    narrow = {"width": 1 / 16} if hasattr(model_class.Config, "width") else {}
    path = folder / f"{name}.pt"
    save_checkpoint(path, describe_model(model_class(model_class.Config(**narrow))))
    return path


def embedded(capsys, *arguments, out):
    """The embeddings, and what was said."""
    assert main(["embed", *map(str, arguments), f"--out={out}"]) == 0
    return Embeddings.load(out), capsys.readouterr().err


def lines_of_the_readme(words):
    """What the README does with walk.npz, from the file of another tool on."""
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    lines = [line.split("#")[0] for line in re.findall(r"(?m)^meshgait (.*walk\.npz.*)$", text)]
    for word, value in words.items():
        lines = [line.replace(word, str(value)) for line in lines]
    return {line.split()[0]: line.split() for line in lines}


@pytest.mark.filterwarnings("ignore:the file does not say its frame rate")
@pytest.mark.parametrize("tool", ["romp", "wham", "phalp", "amass", "bvh"])
def test_the_lines_of_the_readme_run_for_every_tool(tmp_path, capsys, monkeypatch, tool):
    monkeypatch.chdir(tmp_path)
    source = WRITERS[tool](tmp_path)
    checkpoint(tmp_path).rename("checkpoint.pt")
    lines = lines_of_the_readme({"runs/first/": "", "FILE": source})
    lines["fit"] += QUICK
    lines["view"] += ["--pixels=16"]
    for verb in ("convert", "embed", "fit", "info", "view"):
        assert main(lines[verb]) == 0
    assert len(load_motion("walk.npz")) == FRAMES
    assert Fit.load("fit.npz").motion.fps == load_motion("walk.npz").fps
    assert [record.subject for record in Embeddings.load("embeddings.npz").records] == ["walk"]
    said = capsys.readouterr()
    assert "silhouette made of the body; no camera is known, it is seen from azimuth 65" in said.err
    assert "kind: 'motion'" in said.out
    _, said = embedded(capsys, "checkpoint.pt", source, out="e.npz")
    assert ("as its own camera sees it" in said) == (tool in ("romp", "phalp"))


@pytest.mark.parametrize("name", models.networks())
def test_every_network_reads_a_motion(tmp_path, capsys, name):
    walk = write_own(tmp_path)
    found, _ = embedded(capsys, checkpoint(tmp_path, name), walk, out=tmp_path / "e.npz")
    assert found.values.isfinite().all()


@pytest.mark.parametrize("write", [write_romp, write_wham, write_own, write_vibe])
def test_a_clip_made_of_a_file_is_embedded_as_the_file_is(tmp_path, capsys, write):
    source, clip, whole = write(tmp_path), tmp_path / "clip.npz", tmp_path / "whole.npz"
    assert main(["convert", str(source), "-o", str(clip), "--to=clip", "--azimuth=90"]) == 0
    more = ["--to=clip", "--azimuth=90", "--modalities=[silhouette]"]
    assert main(["convert", str(source), "-o", str(whole), *more]) == 0
    assert list(load_clip(whole).frames) == ["smpl", "frame", "silhouette"]
    files = [source, clip, whole]
    found, _ = embedded(
        capsys, checkpoint(tmp_path), *files, "--azimuth=90", out=tmp_path / "e.npz"
    )
    for other in found.values[1:]:
        torch.testing.assert_close(other, found.values[0], atol=1e-5, rtol=1e-4)


def test_a_fit_is_seen_by_the_camera_that_it_found(tmp_path, capsys):
    fit, clip = tmp_path / "fit.npz", tmp_path / "clip.npz"
    assert main(["fit", str(write_own(tmp_path)), f"--out={fit}", *QUICK]) == 0
    assert main(["convert", str(fit), "-o", str(clip), "--to=clip", "--modalities=[parsing]"]) == 0
    assert "parsing made of the body; as its own camera sees it" in capsys.readouterr().err
    found, _ = embedded(capsys, checkpoint(tmp_path), fit, clip, out=tmp_path / "e.npz")
    torch.testing.assert_close(found.values[1], found.values[0], atol=1e-5, rtol=1e-4)


def test_files_of_one_name_are_told(tmp_path, capsys):
    walk = write_own(tmp_path)
    (tmp_path / "other").mkdir()
    twin = write_own(tmp_path / "other")
    _, said = embedded(capsys, checkpoint(tmp_path, "GEI"), walk, twin, out=tmp_path / "e.npz")
    assert "2 files are called walk-unknown-065" in said


def test_frames_that_are_left_out_are_told_and_chosen(tmp_path, capsys):
    np.savez(tmp_path / "long.npz", silhouette=np.full((5000, 64, 44), 255, np.uint8))
    model = checkpoint(tmp_path, "GEI")
    files = model, tmp_path / "long.npz"
    with pytest.warns(
        UserWarning, match="only the first 720 frames were used; the longest .*5,000"
    ):
        few, _ = embedded(capsys, *files, out=tmp_path / "e.npz")
    every, _ = embedded(capsys, *files, "--frames=5000", out=tmp_path / "e.npz")
    assert few.values.shape == every.values.shape
    error = refused(["embed", model, tmp_path / "long.npz", "--frames=0"], capsys)
    assert "at least one frame" in error


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A file of every kind that a stranger may give, each with the ending of another."""
    folder = tmp_path_factory.mktemp("files")
    written = {"motion": write_own(folder), "checkpoint": checkpoint(folder, "GEI")}
    written |= {name: folder / f"{name}.npz" for name in
                ("clip", "empty", "picture", "text", "zero", "radar")}  # fmt: skip
    written |= {name: folder / name for name in ("store", "folder", "nowhere")}
    np.savez(written["clip"], silhouette=np.full((3, 64, 44), 255, np.uint8))
    np.savez(written["radar"], radar=np.zeros((3, 5)))
    np.savez(written["empty"])
    Image.new("L", (8, 8)).save(written["picture"], "PNG")
    written["text"].write_text("who,when\nanna,3\n")
    written["zero"].write_bytes(b"")
    written["clips"] = folder / "clips"
    written["clips"].mkdir()
    shutil.copy(written["clip"], written["clips"])
    written["folder"].mkdir()
    (written["store"] / "test").mkdir(parents=True)
    (written["store"] / "test" / "store.json").write_text("{}")
    written["embeddings"] = folder / "embeddings.npz"
    Embeddings(torch.zeros(1, 1, 2), [load_clip(written["clip"]).record]).save(
        written["embeddings"]
    )
    return written


NO_WALK = {
    "checkpoint": "is a checkpoint of PyTorch, not a walk",
    "embeddings": r"holds embeddings \(.*\), without pose and smpl",
    "picture": "is a PNG picture, in which nobody's bodies or points are",
    "text": "is of no known format: it holds text that begins with 'who,when",
    "zero": "is an empty file",
    "empty": "is of no known format: it holds an empty dictionary",
    "folder": "is of no known format: it holds a folder with no files",
    "store": "is a store of meshgait prepare, and one walk is wanted; .* --store",
    "nowhere": "No such file",
    "clips": "is a folder of clips, and one walk is wanted; .* --store",
}
NO_BODY = NO_WALK | {"clip": r"holds a clip \(silhouette\), without pose and smpl; `meshgait fit`"}
NO_CHECKPOINT = {
    "motion": r"it is a motion \(betas, fps, pose, transl\)", "clip": r"it is a clip \(silhouette",
    "picture": "it is a PNG picture", "text": "it is text", "empty": "an .npz without arrays",
    "store": "it is a store of meshgait prepare", "embeddings": "it is embeddings",
    "folder": "it is a folder", "zero": "it is an empty file", "nowhere": "No such file",
}  # fmt: skip
WANTED = {
    "view {} --out=x.gif": NO_BODY,
    "represent {} --out=x.png": NO_BODY,
    "convert {} -o x.bvh": NO_BODY,
    "convert {} -o x.npz --to=clip": NO_WALK,
    "fit {} --out=x.npz": NO_WALK,
    "embed {checkpoint} {} --out=x.npz": NO_WALK | {"radar": "has no silhouette, .* only radar"},
    "embed {} {motion} --out=x.npz": {
        kind: told for kind, told in NO_CHECKPOINT.items() if kind not in ("motion", "clip")
    },
    "explain {} --out=x": NO_CHECKPOINT,
    "evaluate {} --protocol=casia-b": {
        "motion": "is a motion .*, not embeddings", "clip": "is a clip .*; `meshgait embed` makes",
        "text": "is text, neither a checkpoint .* nor embeddings", "empty": "without arrays",
        "picture": "is a PNG picture, neither", "store": "is a store .*, neither",
        "folder": "is a folder, neither", "zero": "is an empty file, neither",
        "nowhere": "No such file", "radar": r"is an .npz \(radar\), not embeddings",
    },
}  # fmt: skip


@pytest.mark.parametrize("command", WANTED)
def test_a_file_of_another_kind_is_named_in_one_sentence(files, tmp_path, capsys, command):
    for kind, message in WANTED[command].items():
        words = command.replace("{}", str(files[kind])).format(**files).split()
        words = [w.replace("x.", f"{tmp_path}/x.").replace("=x", f"={tmp_path}/x") for w in words]
        error = refused(words, capsys)
        assert re.search(message, error), (kind, error)
        assert str(files[kind]) in error
    assert not list(tmp_path.iterdir())
