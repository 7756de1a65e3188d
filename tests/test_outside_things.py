"""A package of somebody else offers one of each; nothing of it is imported before it is named."""

import json
import sys

import numpy as np
import pytest
import torch

import meshgait
from meshgait.cli import main
from meshgait.io import read
from meshgait.training.criterion import Loss
from tests.plugins.installed import install

MODULE = """
from dataclasses import replace
import numpy as np
import torch
from torch import nn
from meshgait import Recipe
from meshgait.data import probe_list
from meshgait.data.layouts import find_layout
from meshgait.io import BodyTrack, Format
from meshgait.losses import batch_all_triplet
from meshgait.recipes import Published

class Net(nn.Module):
    inputs, embedding_shape = ("silhouette",), (1, 3)
    def __init__(self, scale: float = 1.0):
        super().__init__()
        self.map = nn.Linear(64 * 44, 3)
    def forward(self, silhouette, mask=None):
        image = self.map(silhouette.flatten(2) / 255)
        return (image if mask is None else image * mask[..., None]).sum(1, keepdim=True)

def triplets(model, num_ids):
    return batch_all_triplet

LAYOUT = replace(find_layout("folder"), name="their-data", title="Their data")
RECIPE = Published("their-net", Recipe(steps=7, milestones=()))
PROTOCOL = probe_list("theirs", ["a-b-c"])

def claims(content):
    return isinstance(content, dict) and "their_pose" in content

def tracks(content):
    pose = np.array(content["their_pose"], np.float32).reshape(-1, 24, 3)
    body = BodyTrack(
        frames=np.arange(len(pose)), pose=pose, betas=np.zeros((len(pose), 10), np.float32),
        transl=np.zeros((len(pose), 3), np.float32), camera=None, axes="y up", fps=25.0,
    )
    return {"one": body}

FORMAT = Format("theirs", "Their tool", True, claims, tracks)
"""


@pytest.fixture
def theirs(tmp_path, monkeypatch):
    entries = {
        "meshgait.models": {"their-net": "their_things:Net", "broken": "their_things:Missing"},
        "meshgait.layouts": {"their-data": "their_things:LAYOUT", "broken": "nowhere_at_all:X"},
        "meshgait.formats": {"theirs": "their_things:FORMAT"},
        "meshgait.losses": {"theirs": "their_things:triplets"},
        "meshgait.recipes": {"their-net/x": "their_things:RECIPE"},
        "meshgait.protocols": {"theirs": "their_things:PROTOCOL"},
    }
    folder = tmp_path / "site"
    folder.mkdir()
    install(folder, {"their_things": MODULE}, entries)
    monkeypatch.syspath_prepend(folder)
    yield tmp_path
    sys.modules.pop("their_things", None)


def test_a_network_is_created_by_name(theirs):
    assert "their_things" not in sys.modules
    assert type(meshgait.models.create("Their-Net", scale=2.0)).__name__ == "Net"
    with pytest.raises(meshgait.errors.ConfigError, match=r"'broken' .* cannot be imported"):
        meshgait.models.create("broken")


def test_a_layout_is_listed_and_named_and_a_broken_one_is_told(theirs, capsys):
    with pytest.warns(UserWarning, match="plug-in 'broken'"):
        assert main(["datasets"]) == 0
    shown = capsys.readouterr().out
    assert "Their data" in shown
    assert "gait3d" in shown
    assert main(["datasets", "their-data"]) == 0
    assert main(["datasets", "their_things:LAYOUT"]) == 0
    assert main(["datasets", "broken"]) == 2


def test_a_recipe_trains_their_network(theirs, capsys):
    with pytest.raises(SystemExit):
        main(["train", "--recipe", "their-net/x", "--print_config"])
    assert "steps: 7" in capsys.readouterr().out
    assert main(["zoo", "recipes"]) == 0
    assert "their-net/x" in capsys.readouterr().out


def test_a_loss_is_a_term_like_ours(theirs):
    net = meshgait.models.create("their-net")
    criterion = Loss({"triplet": 1, "theirs": 2})(net, 4)
    terms = criterion(torch.randn(4, 1, 3), torch.tensor([0, 0, 1, 1]))
    torch.testing.assert_close(terms["theirs"], 2 * terms["triplet"])


def test_a_format_is_read_where_no_other_claims_the_file(theirs):
    path = theirs / "walk.json"
    path.write_text(json.dumps({"their_pose": [[0.0] * 72] * 5}))
    found = read(path)
    assert found.format.title == "Their tool"
    assert len(found.track()) == 5


def test_a_protocol_is_named(theirs, capsys):
    people = {"subject": ["a", "a"], "condition": ["b", "b"], "view": ["c", "d"]}
    np.savez(theirs / "e.npz", embedding=np.eye(2, dtype=np.float32)[:, None], **people)
    assert main(["evaluate", str(theirs / "e.npz"), "--protocol", "theirs"]) == 0
    assert "rank1" in capsys.readouterr().out
