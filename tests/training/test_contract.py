import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from meshgait.errors import ConfigError, DataError
from meshgait.losses import batch_all_triplet
from meshgait.training.fit import fit
from tests.random_walks import RandomWalks
from tests.small_training import RECIPE

DATA = RandomWalks()


class Own(nn.Module):
    """A network of somebody else, without Config and config."""

    inputs = ("silhouette",)
    embedding_shape = (1, 4)

    def __init__(self):
        super().__init__()
        self.map = nn.Linear(DATA.size[0] * DATA.size[1], 4)

    def forward(self, silhouette, mask=None):
        image = self.map(silhouette.flatten(2) / 255)
        if mask is not None:
            image = image.masked_fill(~mask[..., None], -torch.inf)
        return image.amax(1, keepdim=True)


class Triplets(nn.Module):
    def forward(self, embedding, label):
        return batch_all_triplet(embedding, label)


def train(out, model=None, **options):
    recipe = replace(RECIPE, steps=2, milestones=())
    return fit(model or Own(), DATA, recipe, out=out, **options)


def test_any_module_trains_by_the_loss_of_the_recipe_and_is_saved(tmp_path):
    history = train(tmp_path)
    assert history[-1]["step"] == 2
    assert {"triplet", "neck"} <= history[-1].keys()
    assert (tmp_path / "checkpoint.pt").is_file()


def test_a_loss_is_a_module_or_a_function_that_makes_one(tmp_path):
    made = []

    def make(model, num_ids):
        made.append(num_ids)
        return Triplets()

    assert train(tmp_path / "module", loss=Triplets())[-1]["loss"] > 0
    assert train(tmp_path / "function", loss=make)[-1]["loss"] > 0
    assert made == [5]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (3, "a loss is a module, or a function"),
        (lambda model, num_ids: None, "must make a torch.nn.Module as loss, got NoneType"),
        (type("Deep", (Triplets,), {"describes": True})(), "Own has no describe"),
    ],
)
def test_what_is_no_loss_is_said(tmp_path, loss, text):
    with pytest.raises(ConfigError, match=re.escape(text)):
        train(tmp_path, loss=loss)


@pytest.mark.usefixtures("unchecked")
def test_nothing_is_written_before_the_contract_holds(tmp_path):
    out = tmp_path / "run"
    wrong = type("Own", (Own,), {"inputs": ("lidar",), "forward": lambda self, lidar, mask: 0})()
    with pytest.raises(DataError, match="Own reads lidar, but sequence 0-normal-0 has no lidar, o"):
        train(out, wrong)
    keeps = Own()
    keeps.config = {"where": Path("x")}
    with pytest.raises(ConfigError, match="config of Own holds where"):
        train(out, keeps)
    with pytest.raises(ConfigError, match="Own is a class"):
        train(out, Own)
    assert not out.exists()
