"""Recipes as a user names them: every one is whole, trains its network and survives as YAML."""

import pytest
import torch
import yaml

from meshgait import models
from meshgait.cli import main
from meshgait.cli.train import to_plain
from meshgait.errors import ConfigError
from meshgait.recipes import RECIPES, find_recipe


@pytest.mark.parametrize("name", RECIPES)
def test_its_loss_takes_the_embedding_of_its_network(name):
    published = RECIPES[name]
    model_type = getattr(models, published.model)
    with torch.device("meta"):
        model = model_type(published.config or model_type.Config())
    parts, channels = model.embedding_shape
    shape = (parts, min(channels, 8))
    loss = published.recipe.loss(shape, 3).train()
    embedding = torch.randn(6, *shape, requires_grad=True)
    terms = loss(embedding, torch.arange(6) // 2)
    torch.stack(list(terms.values())).sum().backward()
    assert embedding.grad.isfinite().all()
    assert embedding.grad.any()


@pytest.mark.parametrize("name", RECIPES)
def test_its_learning_rate_can_be_followed_to_the_end(name):
    recipe = RECIPES[name].recipe
    optimizer = recipe.optimizer([torch.nn.Parameter(torch.zeros(1))])
    schedule = recipe.schedule(optimizer)
    for _ in range(3):
        optimizer.step()
        schedule.step()
    assert all(stone < recipe.steps for stone in recipe.milestones)


def test_every_network_that_learns_has_a_recipe():
    learning = set(models.__all__) - {"CGI", "GEI", "GaitNet", "VoxelLegs"}
    assert {published.model for published in RECIPES.values()} == learning


def printed(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["train", *arguments, "--print_config"])
    assert stopped.value.code == 0
    return yaml.safe_load(capsys.readouterr().out)


@pytest.mark.parametrize("name", RECIPES)
def test_it_survives_the_way_through_yaml(name, capsys, tmp_path):
    published = RECIPES[name]
    shown = printed(["--recipe", name], capsys)
    assert shown["recipe"]["steps"] == published.recipe.steps
    short = [part["class_path"].rsplit(".")[-1] for part in shown["recipe"]["augment"]]
    assert short == [type(part).__name__ for part in published.recipe.augment]
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(shown), encoding="utf-8")
    assert printed([published.model, f"--config={path}"], capsys) == shown


def test_plain_values_keep_everything():
    recipe = RECIPES["gaitbase/gait3d"].recipe
    plain = to_plain(recipe)
    assert plain["frames"] == {
        "class_path": "meshgait.data.transforms.VaryingFrames",
        "init_args": {"least": 10, "most": 50},
    }
    assert plain["batch"] == {"people": 32, "clips": 4}
    assert [part["init_args"]["chance"] for part in plain["augment"]] == [0.2, 0.2, 0.2]


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'smplgait/gait3d'"):
        find_recipe("SMPLGait/Gait3D ")
