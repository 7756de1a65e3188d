"""Weights that come with the package, found by name."""

import numpy as np
import pytest
import torch

import meshgait
from meshgait import models
from meshgait.cli import _zoo, main
from meshgait.errors import ConfigError
from meshgait.evaluation import Embeddings
from meshgait.sequence import GaitSequence, load_clip, save_clip
from meshgait.weights import save_pretrained, shipped, shipped_weights
from tests.cli.test_cli import refused
from tests.io.samples import write_romp

REAL, WITHOUT_TORCH = shipped.SHIPPED, _zoo.SHIPPED


def ship(monkeypatch, folder):
    """Let the package's weights be those of a folder."""
    for module in (shipped, _zoo):
        monkeypatch.setattr(module, "SHIPPED", folder)


@pytest.fixture(autouse=True)
def two(tmp_path, monkeypatch):
    """One that reads silhouettes, and a better one that reads bodies."""
    for name, kind, score in (("eyes", models.SLN, 12.5), ("bones", models.SkeletonGCN, 20.0)):
        torch.manual_seed(0)
        model = kind(kind.Config(width=1 / 16))
        about = {"mAP": score, "scores": f"{score} [1.0, 30.0]"}
        card = f"---\nlicense: x\n---\n# {name}\n"
        save_pretrained(
            model, tmp_path / "shipped" / name, numbers="float16", about=about, card=card
        )
    ship(monkeypatch, tmp_path / "shipped")


def clip(path, *modalities):
    frames = {
        "silhouette": np.full((3, 64, 44), 255, np.uint8),
        "smpl": np.random.default_rng(0).normal(size=(3, 85)).astype(np.float32),
    }
    save_clip(path, GaitSequence("ann", "nm", "000", {name: frames[name] for name in modalities}))
    return path


def test_without_torch_they_are_looked_for_in_the_same_place():
    assert WITHOUT_TORCH == REAL


def test_a_network_is_loaded_by_its_name():
    assert list(shipped_weights()) == ["bones", "eyes"]
    assert type(meshgait.load_model("eyes")) is models.SLN
    with pytest.raises(ConfigError, match=r"eye is no file, and .* did you mean 'eyes'"):
        meshgait.load_model("eye")


def test_a_file_of_that_name_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_pretrained(models.GEI(), "eyes")
    assert type(meshgait.load_model("eyes")) is models.GEI


@pytest.mark.parametrize(
    ("held", "name"),
    [(["silhouette"], "eyes"), (["smpl"], "bones"), (["silhouette", "smpl"], "bones")],
)
def test_without_a_checkpoint_the_best_that_reads_what_is_there_is_used_and_named(
    tmp_path, capsys, held, name
):
    path, out = clip(tmp_path / "walk.npz", *held), tmp_path / "e.npz"
    assert main(["embed", str(path), f"--out={out}"]) == 0
    assert f"no checkpoint is named, so by {name} of this package" in capsys.readouterr().err
    model, walk = meshgait.load_model(name), load_clip(path)
    assert torch.equal(Embeddings.load(out).values[0], model.embed(walk))


def test_of_several_walks_all_can_be_read_by_it(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    both = clip(tmp_path / "a.npz", "silhouette", "smpl"), clip(tmp_path / "b.npz", "silhouette")
    assert main(["embed", *map(str, both)]) == 0
    assert "by eyes of this package" in capsys.readouterr().err
    assert len(Embeddings.load("embeddings.npz").records) == 2


@pytest.mark.filterwarnings("ignore:the file does not say its frame rate")
def test_the_file_of_a_tool_is_embedded_by_its_bodies(tmp_path, capsys, monkeypatch):
    source = write_romp(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["embed", str(source)]) == 0
    assert "by bones of this package" in capsys.readouterr().err


def test_a_name_and_a_folder_are_checkpoints_too(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    walk = str(clip(tmp_path / "walk.npz", "silhouette"))
    for word in ("eyes", str(tmp_path / "shipped/eyes")):
        assert main(["embed", word, walk]) == 0
        assert "no checkpoint" not in capsys.readouterr().err


def test_other_commands_take_the_name_too(tmp_path, capsys):
    data = ["--data.identities=2", f"--data.cache={tmp_path}", "--data.config.clips=2"]
    small = ["--data.config.frames=[12,12]", "--data.progress=false"]
    for word in ("bones", str(tmp_path / "shipped/bones")):
        assert main(["evaluate", word, *data, *small]) == 0
        assert "rank1" in capsys.readouterr().out
        assert main(["info", word]) == 0
        told = capsys.readouterr().out
        assert "model: 'SkeletonGCN'" in told
        assert "weights.head.weight: (256, 490) float16" in told
    assert main(["info", str(tmp_path / "shipped/bones/model.safetensors")]) == 0
    assert "head.weight: (256, 490) float16" in capsys.readouterr().out
    assert "did you mean 'bones'" in refused(["evaluate", "bone"], capsys)


def test_what_no_network_reads_is_refused_by_name(tmp_path, capsys):
    path = tmp_path / "w.npz"
    save_clip(path, GaitSequence("a", "", "", {"depth": np.zeros((2, 4, 4), np.float32)}))
    told = refused(["embed", path], capsys)
    assert "reads depth alone (bones reads smpl; eyes reads silhouette); give a checkpoint" in told
    assert "give the checkpoint" in refused(["embed", path, "--model=SLN"], capsys)
    assert "missing.npz" in refused(["embed", "missing.npz"], capsys)


def test_they_are_listed_with_what_they_read_and_their_cards_are_shown(capsys):
    assert main(["zoo", "weights"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[:3] == ["bones", "SkeletonGCN", "smpl"]
    assert lines[2].endswith("12.5 [1.0, 30.0]")
    assert main(["zoo", "weights", "eyes"]) == 0
    assert capsys.readouterr().out.endswith("# eyes\n")
    assert "did you mean 'bones'" in refused(["zoo", "weights", "bone"], capsys)


def test_without_any_it_is_said(tmp_path, monkeypatch, capsys):
    ship(monkeypatch, tmp_path / "nowhere")
    assert "no network of the package reads silhouette" in refused(
        ["embed", clip(tmp_path / "w.npz", "silhouette")], capsys
    )
    assert "only none" in refused(["zoo", "weights", "x"], capsys)


@pytest.fixture
def real(monkeypatch):
    """The networks that are in the package."""
    ship(monkeypatch, REAL)
    return shipped_weights()


def test_what_ships_reads_silhouettes_or_bodies_and_takes_three_megabytes_at_most(real):
    assert {each.inputs for each in real.values()} >= {("silhouette",), ("smpl",)}
    assert sum(each.size for each in real.values()) <= 3_000_000


def test_what_ships_embeds_a_walk_and_says_on_its_card_what_it_is(real, tmp_path):
    walk = load_clip(clip(tmp_path / "walk.npz", "silhouette", "smpl"))
    for name, each in real.items():
        model = meshgait.load_model(name)
        assert type(model).__name__ == each.model
        assert tuple(model.inputs) == each.inputs
        embedding = model.embed(walk)
        assert embedding.shape == model.embedding_shape
        assert torch.isfinite(embedding).all()
        card = each.card
        assert card.startswith("---\nlicense: apache-2.0\n")
        assert f"| **{name}** | {each.scores} |" in card
        assert each.scores.startswith(f"{each.score:.1f} [")
        for part in ("Data", "Training", "Scores", "Limits", "Licence"):
            assert f"\n## {part}\n" in card
        assert "{" not in card  # nothing was left to fill in
