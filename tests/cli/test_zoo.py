import pytest
import torch

from meshgait import models
from meshgait.checkpoint import load_model
from meshgait.cli import main
from tests.golden import formula


def test_the_list_names_every_network_with_its_inputs_and_weights(capsys):
    assert main(["zoo"]) == 0
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()[1:]}
    assert set(rows) == set(models.__all__)
    assert "silhouette + smpl" in rows["SMPLGait"]
    assert "3,287,104" in rows["SMPLGait"]
    assert "re-designed" in rows["PoseGait"]


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
        (["burn"], "knows list, recipes, import, not 'burn'"),
        (["import", "nowhere.pt", "-o", "x.pt"], "nowhere.pt"),
        (["import", "nowhere.pt"], "out"),
        (["import", __file__, "-o", "x.pt"], "nothing in it was run"),
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
