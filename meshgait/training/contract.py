"""What a training is given, tried before its first step: the network, its data, its loss."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import nn

from meshgait.data import SequenceDataset, number_subjects
from meshgait.data.batches import collate
from meshgait.errors import ConfigError, DataError
from meshgait.nn import Network, require_network, try_network
from meshgait.training.criterion import LossRecipe
from meshgait.training.recipe import Recipe
from meshgait.weights.checkpoint import describe_model


def try_on_data(model: Network, data: SequenceDataset, recipe: Recipe) -> None:
    """Run `model` on the first clip of `data`, as `recipe` cuts it.

    Raises `ConfigError` for what is no network, `DataError` when the data lack an input, and what
    `try_network` raises.
    """
    require_network(model)
    describe_model(model)  # so that no checkpoint fails later
    if not any(weight.requires_grad for weight in model.parameters()):
        raise ConfigError(f"{type(model).__name__} has no weights to train")
    if not len(data):
        raise DataError("there is no clip to learn from")
    first = data[0]
    missing = [name for name in model.inputs if name not in first.frames]
    if missing:
        raise DataError(
            f"{type(model).__name__} reads {', '.join(model.inputs)}, but sequence {first.name} "
            f"has no {' and no '.join(missing)}, only {', '.join(first.frames)}",
            code="modality",
        )
    frames = recipe.frames(len(first), np.random.default_rng(recipe.seed))
    try_network(model, collate([first.only(tuple(model.inputs)).take(frames)]).inputs)


def make_criterion(
    loss: nn.Module | LossRecipe, model: Network, data: SequenceDataset
) -> nn.Module:
    """The loss itself, or what it makes for `model` and the people of `data`."""
    criterion = loss if isinstance(loss, nn.Module) else _made(loss, model, data)
    if getattr(criterion, "describes", False) and not hasattr(model, "describe"):
        raise ConfigError(
            f"this loss looks into the network, and {type(model).__name__} has no describe(...)"
        )
    return criterion


def _made(loss: LossRecipe, model: Network, data: SequenceDataset) -> nn.Module:
    if not callable(loss):
        raise ConfigError(
            f"a loss is a module, or a function of (model, number of identities), got {loss!r}"
        )
    _, subjects = number_subjects(data.records)
    made = loss(model, len(subjects))
    if not isinstance(made, nn.Module):
        raise ConfigError(
            f"a function of (model, number of identities) must make a torch.nn.Module as loss, got "
            f"{type(made).__name__}"
        )
    return made


def plain_attributes(name: str, module: nn.Module) -> dict[str, Any]:
    """The settings of a module, such as a margin, and of those inside it, and their types."""
    found: dict[str, Any] = {}
    for path, part in module.named_modules(prefix=name):
        found[path] = type(part).__name__
        for key, value in vars(part).items():
            is_plain = isinstance(value, bool | int | float | str | None)
            if is_plain and key != "training" and not key.startswith("_"):
                found[f"{path}.{key}"] = value
    return found
