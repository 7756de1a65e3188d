import math
from dataclasses import FrozenInstanceError, fields
from importlib import import_module

import pytest
import torch
from torch import nn

from meshgait.errors import ConfigError
from meshgait.training.optimizers import Adam, AdamW, Sgd
from meshgait.training.recipe import Recipe


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"steps": 0}, "steps must be 1 or more, got 0"),
        ({"log_every": 0}, "log_every must be 1 or more, got 0"),
        ({"save_every": -5}, "save_every must be 1 or more, got -5"),
        ({"workers": -1}, "workers must be 0 or more, got -1"),
        ({"seed": -1}, "seed must be 0 or more and below 2\\*\\*32, got -1"),
        ({"seed": 2**32}, "seed must be 0 or more"),
        ({"milestones": (5, 3)}, r"milestones must be steps in rising order, got \(5, 3\)"),
        ({"milestones": (3, 3)}, "milestones must be steps in rising order"),
        ({"milestones": (-1, 3)}, "milestones must be steps in rising order"),
        ({"one_cycle": True}, r"one_cycle has no milestones, got \(30000, 90000\)"),
        ({"cosine_to": 1e-4}, r"cosine_to has no milestones, got \(30000, 90000\)"),
        ({"milestones": (), "cosine_to": -1.0}, "cosine_to must be a rate of 0 or more"),
        (
            {"milestones": (), "cosine_to": 0.0, "one_cycle": True},
            "cosine_to must be a rate of 0 or more, and one_cycle off",
        ),
        ({"max_norm": 0.0}, r"max_norm must be above 0, or None, got 0\.0"),
        ({"max_norm": math.nan}, "max_norm must be above 0"),
        ({"precision": "fp16"}, "precision must be one of auto, fp32, bf16, got 'fp16'"),
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_a_wrong_value_is_refused_with_the_reason(values, reason):
    with pytest.raises(ConfigError, match=reason):
        Recipe(**values)


@pytest.mark.parametrize("optimizer", [Adam, AdamW, Sgd])
@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"lr": 0.0}, r"lr must be above 0 and finite, got 0\.0"),
        ({"lr": math.nan}, "lr must be above 0"),
        ({"lr": math.inf}, "lr must be above 0 and finite, got inf"),
        ({"weight_decay": -1e-4}, r"weight_decay must be 0 or more and finite, got -0\.0001"),
    ],
)
def test_a_wrong_rate_is_refused_with_the_reason(optimizer, values, reason):
    with pytest.raises(ConfigError, match=reason):
        optimizer(**values)


@pytest.mark.parametrize("momentum", [-0.1, 1.0, math.nan])
def test_a_momentum_is_a_share(momentum):
    with pytest.raises(ConfigError, match="momentum must be 0 or more and below 1"):
        Sgd(momentum=momentum)


def test_every_limit_itself_is_admitted():
    Recipe(steps=1, log_every=1, save_every=1, milestones=(0, 1), max_norm=None, seed=2**32 - 1)
    Recipe(milestones=())
    Sgd(momentum=0.0, weight_decay=0.0)


def test_optimizers_do_what_they_say():
    weight = nn.Parameter(torch.tensor([2.0]))
    adam, sgd = Adam(lr=0.3, weight_decay=0.1)([weight]), Sgd(0.3, 0.5, 0.1)([weight])
    assert isinstance(adam, torch.optim.Adam)
    for optimizer in (adam, sgd):
        assert optimizer.param_groups[0]["params"] == [weight]
        weight.data.fill_(2.0)
        position = 2.0
        velocity = first = second = 0.0
        for step in (1, 2, 3):
            weight.grad = torch.tensor([0.5])
            optimizer.step()
            slope = 0.5 + 0.1 * position  # the penalty is part of the gradient
            velocity = 0.5 * velocity + slope
            first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
            ratio = first / (1 - 0.9**step) / (math.sqrt(second / (1 - 0.999**step)) + 1e-8)
            position -= 0.3 * (ratio if optimizer is adam else velocity)
            assert weight.item() == pytest.approx(position, rel=1e-5)


def test_the_default_is_the_schedule_published_for_gait3d():
    recipe = Recipe()
    assert (recipe.steps, recipe.milestones) == (180_000, (30_000, 90_000))
    assert (recipe.batch.subjects, recipe.batch.clips, recipe.frames.frames) == (32, 4, 30)
    assert recipe.optimizer == Adam(lr=1e-3, weight_decay=5e-4)


@pytest.mark.parametrize("record", [Recipe(), Adam(), Sgd()])
def test_recipes_are_frozen_and_shown_by_all_their_settings(record):
    name = fields(record)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(record, name, 1)
    assert (
        eval(repr(record), {**vars(import_module("meshgait.training.recipe")), "Sgd": Sgd})
        == record
    )


def rates(recipe):
    optimizer = recipe.optimizer([nn.Parameter(torch.zeros(1))])
    schedule, found = recipe.schedule(optimizer), []
    for _ in range(recipe.steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


def test_one_cycle_rises_to_the_rate_and_falls_to_nothing():
    found = rates(Recipe(steps=50, milestones=(), one_cycle=True, optimizer=Adam(lr=0.5)))
    peak = found.index(max(found))
    assert math.isclose(max(found), 0.5, rel_tol=1e-2)
    assert found[:peak] == sorted(found[:peak])
    assert found[peak:] == sorted(found[peak:], reverse=True)
    assert found[-1] < 1e-2 * max(found)


def test_a_cosine_falls_to_its_rate_half_of_it_in_the_middle():
    recipe = Recipe(steps=50, milestones=(), cosine_to=0.1, optimizer=Adam(lr=0.5))
    found = rates(recipe)
    assert found == sorted(found, reverse=True)
    assert math.isclose(found[25], 0.3, rel_tol=1e-6)
    assert math.isclose(found[-1], 0.1 + 0.2 * (1 + math.cos(math.pi * 49 / 50)), rel_tol=1e-6)


def test_milestones_divide_the_rate_by_ten():
    found = rates(Recipe(steps=4, milestones=(1, 3), optimizer=Sgd(lr=1.0)))
    assert torch.allclose(torch.tensor(found), torch.tensor([1.0, 0.1, 0.1, 0.01]))
