"""What a run must share with the one before it that it goes on with."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from meshgait.data import TrainingBatches
from meshgait.errors import ConfigError
from meshgait.training.recipe import Recipe

# Of a recipe, when a run is resumed.
_FREE = ("steps", "metric", "workers", "log_every", "save_every")


def describe_settings(
    model: Any, criterion: nn.Module, batches: TrainingBatches, recipe: Recipe
) -> dict[str, str]:
    """All that decides what a training makes, by the name that it has in errors."""
    data, subjects = batches.data, batches.subjects
    names = "\n".join([getattr(data, "fingerprint", ""), *(r.name for r in data.records)])
    digest = hashlib.sha256(names.encode(errors="surrogateescape")).hexdigest()[:16]
    given = {
        "model": type(model).__name__,
        **{f"model.{name}": value for name, value in vars(model.config).items()},
        **{f"recipe.{name}": value for name, value in vars(recipe).items()},
        **_plain_attributes("criterion", criterion),
        "data": f"{len(data)} clips of {len(subjects)} people, {digest}",
    }
    for name in _FREE:
        if name == "steps" and recipe.one_cycle:
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


def _plain_attributes(name: str, module: nn.Module) -> dict[str, Any]:
    """The settings of a module, such as a margin, and of those inside it, and their types."""
    found: dict[str, Any] = {}
    for path, part in module.named_modules(prefix=name):
        found[path] = type(part).__name__
        for key, value in vars(part).items():
            is_plain = isinstance(value, bool | int | float | str | None)
            if is_plain and key != "training" and not key.startswith("_"):
                found[f"{path}.{key}"] = value
    return found
