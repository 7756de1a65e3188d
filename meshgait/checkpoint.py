"""Weights and training states on disk: written whole, read without running anything."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

import meshgait.models
from meshgait._version import __version__
from meshgait.errors import ConfigError, DataError
from meshgait.official import load_official
from meshgait.storage import read_torch, written_whole

__all__ = [
    "build_model",
    "describe_model",
    "load_checkpoint",
    "load_model",
    "load_official",
    "save_checkpoint",
]

FORMAT = 1


def describe_model(model: Any) -> dict[str, Any]:
    """Name, configuration and weights: all that `load_model` needs."""
    return {
        "model": type(model).__name__,
        "config": asdict(model.config),
        "weights": model.state_dict(),
    }


def save_checkpoint(path: str | Path, content: dict[str, Any]) -> None:
    """Write tensors, numbers, text and containers of them to `path`, whole or not at all."""
    with written_whole(path) as part:
        torch.save({"format": FORMAT, "version": __version__, **content}, part)


def load_checkpoint(path: str | Path) -> dict[str, Any]:
    """What `save_checkpoint` wrote, on the CPU; errors as `meshgait.storage.read_torch`."""
    content = read_torch(path)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise DataError(f"{path} was not written by meshgait (or by another format than {FORMAT})")
    return content


def build_model(content: dict[str, Any]) -> nn.Module:
    """The network that `describe_model` described, in evaluation mode."""
    name = content.get("model")
    if name not in meshgait.models.__all__:
        known = ", ".join(meshgait.models.__all__)
        raise ConfigError(f"there is no model {name!r} in this version of meshgait, only {known}")
    model_type = getattr(meshgait.models, name)
    try:
        model = model_type(model_type.Config(**content["config"]))
        model.load_state_dict(content["weights"])
    except (TypeError, KeyError, RuntimeError) as error:
        raise DataError(f"the weights do not fit a {name}: {error}") from error
    return model.eval()


def load_model(path: str | Path) -> nn.Module:
    """The network in a checkpoint, on the CPU, in evaluation mode; errors as `load_checkpoint`."""
    return build_model(load_checkpoint(path))
