"""Weights and training states on disk: written whole, read without running anything."""

from __future__ import annotations

import pickle
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import torch
from torch import nn

import meshgait.models
from meshgait._version import __version__
from meshgait.errors import ConfigError, DataError, UnsafeFileError
from meshgait.storage import written_whole

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
    """What `save_checkpoint` wrote, on the CPU.

    Raises `FileNotFoundError`, `DataError` for a damaged file or one of another kind, and
    `UnsafeFileError` for one that holds anything but tensors and plain values.
    """
    path = Path(path)
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise
    except pickle.UnpicklingError as error:
        reason = str(error).splitlines()[0]
        raise UnsafeFileError(f"{path} is damaged or holds more than weights: {reason}") from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, BadZipFile) as error:
        raise DataError(f"{path} is not a whole checkpoint: {error}") from error
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
