"""What a run must share with the one before it that it goes on with."""

from __future__ import annotations

import hashlib
from pathlib import Path

from torch import Tensor, nn

from meshgait.data import TrainingBatches
from meshgait.errors import ConfigError
from meshgait.nn import Network
from meshgait.training.contract import plain_attributes
from meshgait.training.recipe import Recipe
from meshgait.weights.checkpoint import settings_of

# Of a recipe, when a run is resumed.
_FREE = ("steps", "metric", "workers", "log_every", "save_every")


def describe_settings(
    model: Network, criterion: nn.Module, batches: TrainingBatches, recipe: Recipe
) -> dict[str, str]:
    """All that decides what a training makes, by the name that it has in errors."""
    data, subjects = batches.data, batches.subjects
    names = "\n".join([getattr(data, "fingerprint", ""), *(r.name for r in data.records)])
    digest = hashlib.sha256(names.encode(errors="surrogateescape")).hexdigest()[:16]
    given = {
        "model": type(model).__name__,
        **{f"model.{name}": value for name, value in settings_of(model).items()},
        **{f"recipe.{name}": value for name, value in vars(recipe).items()},
        **plain_attributes("criterion", criterion),
        "data": f"{len(data)} clips of {len(subjects)} people, {digest}",
    }
    for name in _FREE:
        if name == "steps" and (recipe.one_cycle or recipe.cosine_to is not None):
            continue  # the rate of every step depends on their number
        del given[f"recipe.{name}"]
    return {name: repr(value) for name, value in given.items()}


def require_same(path: Path, before: dict[str, str], now: dict[str, str]) -> None:
    """Raise `ConfigError` unless the checkpoint at `path` was trained with the settings of now."""
    changed = [
        f"{name} was {before.get(name)}, is {now.get(name)}"
        for name in {**before, **now}
        if before.get(name) != now.get(name)
    ]
    if changed:
        raise ConfigError(
            f"{path} was trained otherwise: {'; '.join(changed)}. Resume it as it was, or "
            "train into another folder"
        )


def copy_buffers(module: nn.Module) -> dict[str, Tensor]:
    """Running means and the like: what a step changes that ends before the optimiser's turn."""
    return {
        f"{path}.{name}" if path else name: buffer.clone()
        for path, part in module.named_modules()
        for name, buffer in part.named_buffers(recurse=False)
        if name not in part._non_persistent_buffers_set
    }
