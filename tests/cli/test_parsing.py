"""Settings in YAML: what a few lines may not cost, and what is not lost in silence."""

import os
import sys
from pathlib import Path

import pytest

from meshgait.cli import main
from meshgait.cli._parsing import load_settings, parse
from meshgait.cli.train import _parser
from meshgait.errors import MeshgaitError
from meshgait.models import SLN

LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12)
)


def _read(path):
    return parse(_parser("SLN", SLN), ["--config", str(path)])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (LAUGHS.encode(), "no references"),
        (b"a: " * 1 + b"[" * 5000, "50 deep"),
        (b"recipe:\n  steps: 3\n  steps: 4\n", "steps is given twice, in lines 2 and 3"),
        (b"recipe:\n  steps: " + b"9" * 100_000, "digits"),
        (b"a: \xa0", "cannot be read as text"),
        (b"recipe: !!python/object/apply:os.system ['true']\n", "constructor"),
        (b"x: 1\n" + b" " * (1 << 20), "letters"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_at_once(tmp_path, content, reason):
    (tmp_path / "x.yaml").write_bytes(content)
    with pytest.raises(MeshgaitError, match=reason) as caught:
        _read(tmp_path / "x.yaml")
    assert "\n" not in str(caught.value)


def test_settings_in_a_pipe_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for arguments in (["--config", str(tmp_path / "pipe")], [f"--config={tmp_path / 'pipe'}"]):
        with pytest.raises(MeshgaitError, match="is a pipe"):
            parse(_parser("SLN", SLN), arguments)


HARM = """
from dataclasses import dataclass
from pathlib import Path
from meshgait.data import OrderedFrames

Path(__file__).with_name("harm").touch()
make = None

@dataclass(frozen=True)
class Frames(OrderedFrames):
    pass
"""


@pytest.fixture
def harmful(tmp_path, monkeypatch):
    """The name of a module in the current folder, and the mark that its import leaves."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    name = f"harmful_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(HARM)
    yield name, tmp_path / "harm"
    sys.modules.pop(name, None)


def with_name(text, name):
    return text.replace("HARM", f"{name}.Frames")


@pytest.mark.parametrize(
    "content",
    [
        "recipe: {frames: HARM}",
        "recipe: {frames: {class_path: HARM, init_args: {frames: 3}}}",
        "recipe: {class_path: HARM}",
        "recipe: {optimizer: HARM}",
        "recipe: {augment: [HARM]}",
        "recipe: {augment: [{class_path: HARM}]}",
        "recipe: {batch: HARM}",
        "recipe: {batch: {class_path: HARM}}",
        "recipe: {loss: {class_path: HARM}}",
        "model: {class_path: HARM}",
        "data: {config: {class_path: HARM}}",
        "data: {config: {estimator: HARM}}",
        "recipe: HARM",
        "recipe: {frames: meshgait.cli.os.system}",
        "recipe: {frames: os.system}",
    ],
)
def test_no_file_of_settings_decides_what_is_imported(harmful, tmp_path, content):
    name, mark = harmful
    (tmp_path / "x.yaml").write_text(with_name(content, name))
    with pytest.raises(MeshgaitError, match="no file decides what is imported") as caught:
        _read(tmp_path / "x.yaml")
    assert "\n" not in str(caught.value)
    assert not mark.exists()


@pytest.mark.parametrize("option", ["--recipe", "--recipe.frames", "--recipe.optimizer", "--data"])
def test_nor_does_a_file_of_a_part_of_the_settings(harmful, tmp_path, option):
    name, mark = harmful
    (tmp_path / "part.yaml").write_text(with_name("class_path: HARM\n", name))
    for words in ([option, "part.yaml"], [f"{option}=part.yaml"]):
        with pytest.raises(MeshgaitError):
            parse(_parser("SLN", SLN), words)
    assert not mark.exists()


def test_a_loss_that_a_file_names_is_not_imported(harmful, tmp_path, capsys):
    name, mark = harmful
    (tmp_path / "x.yaml").write_text(f"loss: {name}:make\n")
    assert main(["train", "SLN", "--config=x.yaml", "--model.width=0.0625"]) == 2
    assert f"say it on the command line (--loss {name}:make)" in capsys.readouterr().err
    assert not mark.exists()


@pytest.mark.parametrize(
    "words",
    [["--recipe.frames", "HARM"], ["--recipe.frames=HARM"],
     ['--recipe.frames={"class_path": "HARM"}'], ["--recipe.frames=HARM", "--config=x.yaml"]],
)  # fmt: skip
def test_what_the_user_types_is_imported(harmful, tmp_path, words):
    name, mark = harmful
    (tmp_path / "x.yaml").write_text(with_name("recipe: {frames: HARM}", name))
    chosen = parse(_parser("SLN", SLN), [with_name(word, name) for word in words])
    assert type(chosen.recipe.frames).__module__ == name
    assert mark.exists()


def test_a_file_of_settings_is_no_name_to_be_imported(harmful, tmp_path):
    name, mark = harmful
    (tmp_path / f"{name}.yaml").write_text("steps: 7\n")
    assert parse(_parser("SLN", SLN), ["--recipe", f"{name}.yaml"]).recipe.steps == 7
    assert parse(_parser("SLN", SLN), [f"--recipe={name}.yaml"]).recipe.steps == 7
    (tmp_path / "x.yaml").write_text(f"recipe: {name}.yaml\n")
    with pytest.raises(MeshgaitError, match=rf"write \./{name}\.yaml"):
        _read(tmp_path / "x.yaml")
    assert not mark.exists()


def test_plain_settings_are_read(tmp_path):
    (tmp_path / "x.yaml").write_text("recipe:\n  steps: 3\n  batch: {subjects: 2}\n")
    chosen = _read(tmp_path / "x.yaml")
    assert (chosen.recipe.steps, chosen.recipe.batch.subjects) == (3, 2)
    assert load_settings("1e-4") == 1e-4
    assert load_settings("[1, 2]") == [1, 2]


def test_a_file_that_is_read_is_not_written_over(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("walk.npz", "net.pt"):
        (tmp_path / name).write_text(name)
    (tmp_path / "link.npz").symlink_to("walk.npz")
    for line in ("embed net.pt walk.npz -o {}", "convert {} -o {}", "fit walk.npz -o {}"):
        for name in ("walk.npz", "./walk.npz", "link.npz"):
            assert main(line.replace("{}", name).split()) == 2
            assert f"{Path(name)} is read, and would be written over" in capsys.readouterr().err
    assert main(["embed", "net.pt", "walk.npz", "-o", "net.pt"]) == 2
    assert "net.pt is read, and would be written over" in capsys.readouterr().err
    assert {path.read_text() for path in tmp_path.iterdir()} == {"walk.npz", "net.pt"}
