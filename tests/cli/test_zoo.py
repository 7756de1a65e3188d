import re
import sys

import pytest
import torch

from meshgait import models
from meshgait.cli import main
from meshgait.weights import shipped_weights
from meshgait.weights.checkpoint import describe_model, load_model, save_checkpoint
from meshgait.zoo import RESULTS, check_onnx, cost_of
from meshgait.zoo.cost import FRAMES
from tests.golden import formula


def test_the_list_names_every_network_with_its_inputs_and_weights(capsys):
    assert main(["zoo"]) == 0
    table, legend = capsys.readouterr().out.split("\n\n")
    rows = {line.split()[0]: line for line in table.splitlines()[1:]}
    assert set(rows) == set(models.networks())
    assert "silhouette + smpl" in rows["SMPLGait"]
    assert "3,287,104" in rows["SMPLGait"]
    assert "re-designed" in rows["PoseGait"]
    assert "419.8 M  Gait3D     42.90  35.19  [1]" in rows["SLN"]
    assert "theirs" in rows["SLN"]
    ours = {name for name, row in rows.items() if re.search(r"\bours\b", row)}
    assert ours == {each.model for each in shipped_weights().values()}
    assert "[1] Gait3D benchmark" in legend


def column(capsys, *arguments, place=0):
    assert main(["zoo", "list", *arguments]) == 0
    table = capsys.readouterr().out.split("\n\n")[0]
    return [line.split()[place] for line in table.splitlines()[1:]]


def test_the_list_is_sorted_by_any_column(capsys):
    assert column(capsys) == sorted(models.networks(), key=str.lower)
    cost = [cost_of(name) for name in column(capsys, "--sort=macs")]
    assert [c.macs for c in cost] == sorted(c.macs for c in cost)
    cost = [cost_of(name) for name in column(capsys, "--sort=parameters")]
    assert [c.parameters for c in cost] == sorted(c.parameters for c in cost)
    best = {}
    for result in RESULTS:
        if result.dataset == "GREW":
            best.setdefault(result.model, result.rank1)
    ranked = column(capsys, "--sort", "rank-1", "--dataset", "grew")
    assert ranked[: len(best)] == sorted(best, key=lambda name: (-best[name], name.lower()))
    assert column(capsys, "--sort=inputs")[0] in ("LidarGait",)
    assert main(["zoo", "list", "--sort=age"]) == 2
    assert "sorted by one of model, inputs, parameters" in capsys.readouterr().err
    assert main(["zoo", "list", "--dataset=MNIST"]) == 2
    assert "results on CASIA-B, GREW" in capsys.readouterr().err


def test_with_all_data_sets_there_is_a_line_for_every_result(capsys):
    names = column(capsys, "--dataset=all")
    without = set(models.networks()) - {result.model for result in RESULTS}
    assert sorted(names) == sorted([*(result.model for result in RESULTS), *without])


@pytest.mark.parametrize("name", models.networks())
def test_info_tells_all_about_a_network(name, capsys):
    assert main(["info", name]) == 0
    lines = capsys.readouterr().out.splitlines()
    for modality in getattr(models, name).inputs:
        assert any(line.startswith(f"input {modality} ") for line in lines)
    assert any(line.endswith(f"M per frame of a clip of {FRAMES}") for line in lines)
    if name == "SMPLGait":
        assert "input smpl          (B, T, 85) float32" in lines
        assert "config.camera       True" in lines
        assert "embedding           (B, 31, 256)" in lines
        assert "recipe              smplgait/gait3d-128" in lines
        assert sum("result" in line for line in lines) == 3


def test_info_knows_names_in_any_case_and_shipped_weights_and_refuses_others(
    capsys, tmp_path, monkeypatch
):
    (tmp_path / "nets_of_others.py").write_text("from torch.nn import Linear\n")
    monkeypatch.syspath_prepend(tmp_path)
    lines = []
    for name in ("SLN", "sln", "sln-walkers"):
        assert main(["info", name]) == 0
        lines.append(capsys.readouterr().out)
    assert lines[0] == lines[1]
    assert "model: 'SLN'" in lines[2]
    assert main(["info", "nets_of_others:Linear"]) == 2
    assert "Linear is not of meshgait, and only our networks" in capsys.readouterr().err
    sys.modules.pop("nets_of_others")
    assert main(["info", "SLM"]) == 2
    assert "did you mean 'SLN'" in capsys.readouterr().err


def test_formats_say_why_not(capsys):
    assert main(["zoo", "formats"]) == 0
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert set(rows) == set(models.networks())
    assert rows["SMPLGait"] == "any length"
    assert rows["CGI"].startswith("no: ")


@pytest.mark.usefixtures("unchecked")
def test_a_checkpoint_of_ours_becomes_onnx_and_is_compared(tmp_path, capsys):
    model = models.SLN(models.SLN.Config(width=1 / 16))
    save_checkpoint(tmp_path / "ours.pt", describe_model(model))
    out = tmp_path / "ours.onnx"
    assert main(["zoo", "export", str(tmp_path / "ours.pt"), "-o", str(out)]) == 0
    assert capsys.readouterr().out.startswith(f"{out}: SLN, any length; onnxruntime differs")
    assert check_onnx(load_model(tmp_path / "ours.pt"), out, frames=3) < 1e-5


def test_a_published_file_becomes_a_checkpoint_of_ours(tmp_path, capsys):
    golden, meta = formula.load("gaitpart")
    torch.save({"model": formula.weights(meta), "iteration": 1}, tmp_path / "theirs.pt")
    ours = tmp_path / "new" / "ours.pt"
    assert main(["zoo", "import", str(tmp_path / "theirs.pt"), "-o", str(ours)]) == 0
    assert capsys.readouterr().out == f"GaitPart with no classifier: {ours}\n"
    silhouette = torch.from_numpy(golden["silhouette"])
    expected = torch.from_numpy(golden["out_embedding64"]).float().mT
    found = load_model(ours)(silhouette)
    scale = float(expected.abs().max())
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5 * scale)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["burn"], "knows list, recipes, formats, weights, import, export, not 'burn'"),
        (["import", "nowhere.pt", "-o", "x.pt"], "nowhere.pt"),
        (["import", "nowhere.pt"], "out"),
        (["export", "CGI", "-o", "x.pt"], "CGI cannot be exported: the steps"),
        (["export", "sln2", "-o", "x.pt"], "did you mean 'SLN'"),
        (["export", "PoseGait", "--frames", "0", "-o", "x.pt"], "1 frame or more, got 0"),
        (["import", __file__, "-o", "x.pt"], "is damaged or no whole pickle"),
    ],
)
def test_a_mistake_ends_in_a_sentence(arguments, reason, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["zoo", *arguments]) == 2
    error = capsys.readouterr().err
    assert reason in error
    assert "Traceback" not in error
    assert not (tmp_path / "x.pt").exists()


def test_networks_with_the_same_weights_are_named_on_the_command_line(tmp_path, capsys):
    _, meta = formula.load("mtsgait")
    torch.save(formula.weights(meta), tmp_path / "theirs.pt")
    arguments = ["zoo", "import", str(tmp_path / "theirs.pt"), "-o", str(tmp_path / "ours.pt")]
    assert main(arguments) == 2
    assert "say which it is" in capsys.readouterr().err
    assert main([*arguments, "--name", "MTSGait"]) == 0
    assert type(load_model(tmp_path / "ours.pt")).__name__ == "MTSGait"
