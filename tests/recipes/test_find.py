"""Recipes as a user names them: every one is whole, trains its network and survives as YAML."""

from dataclasses import replace

import pytest
import torch
import yaml

from meshgait import models
from meshgait.cli import main
from meshgait.cli.train import to_plain
from meshgait.errors import ConfigError
from meshgait.recipes import RECIPES, find_recipe
from tests.models.test_contract import inputs


@pytest.mark.parametrize("name", RECIPES)
def test_its_loss_takes_what_its_network_gives(name):
    published = RECIPES[name]
    model_type = getattr(models, published.model)
    config = published.config or model_type.Config()
    model = model_type(replace(config, width=config.width / 16)).train()
    loss = published.recipe.loss(model, 3).train()
    clips = inputs(model, 6, 4)
    outputs = model.describe(**clips) if loss.describes else [model(**clips)]
    embedding, *rest = outputs
    terms = loss(embedding, torch.arange(6) // 2, *rest)
    torch.stack(list(terms.values())).sum().backward()
    gradients = [weight.grad for weight in model.parameters() if weight.grad is not None]
    assert all(gradient.isfinite().all() for gradient in gradients)
    assert any(gradient.any() for gradient in gradients)


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
    learning = set(models.networks()) - {"CGI", "GEI", "VoxelLegs"}
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
        "class_path": "meshgait.data.batches.frame_sampling.VaryingFrames",
        "init_args": {"least": 10, "most": 50},
    }
    assert plain["batch"] == {"subjects": 32, "clips": 4}
    assert [part["init_args"]["chance"] for part in plain["augment"]] == [0.2, 0.2, 0.2]


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'smplgait/gait3d'"):
        find_recipe("SMPLGait/Gait3D ")
