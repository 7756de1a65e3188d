"""Weights and training states on disk: written whole, read without running anything."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch
from torch import nn

import meshgait.models
from meshgait._version import __version__
from meshgait.errors import ConfigError, DataError, MeshgaitError
from meshgait.files.storage import written_whole
from meshgait.files.torch_file import BROKEN_TORCH, is_torch, read_torch
from meshgait.sequence.kind import describe_file

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
    """What `save_checkpoint` wrote, on the CPU; every checksum is verified.

    Raises `FileNotFoundError`, `DataError` for a damaged file or one of another kind, and
    `UnsafeFileError` for one that holds anything but tensors and plain values.
    """
    if not Path(path).is_file() or not is_torch(path):
        raise DataError(f"{path} is not a whole checkpoint: it is {describe_file(Path(path))}")
    content = read_torch(path)
    if not isinstance(content, dict) or "format" not in content:
        raise DataError(f"{path} is no checkpoint of meshgait")
    if content["format"] != FORMAT:
        raise DataError(
            f"{path} has format {content['format']!r} and this version of meshgait reads "
            f"{FORMAT}; read it with the version that wrote it, {content.get('version')}"
        )
    return content


def build_model(content: dict[str, Any]) -> nn.Module:
    """The network that `describe_model` described, in evaluation mode.

    Raises `ConfigError` for a model or a setting that this version does not have, `DataError`
    where configuration and weights do not fit.
    """
    name = content.get("model")
    if name not in meshgait.models.__all__:
        known = ", ".join(meshgait.models.__all__)
        raise ConfigError(f"there is no model {name!r} in this version of meshgait, only {known}")
    model_type = getattr(meshgait.models, name)
    try:
        model = model_type(_make_config(model_type, content["config"]))
        model.load_state_dict(content["weights"])
    except MeshgaitError:
        raise
    except BROKEN_TORCH as error:
        raise DataError(f"configuration and weights make no {name}: {_cause(error)}") from error
    return model.eval()


def _make_config(model_type: Any, values: dict[str, Any]) -> Any:
    known = [field.name for field in fields(model_type.Config)]
    unknown = [str(key) for key in values if key not in known]
    if unknown:
        raise ConfigError(
            f"{model_type.__name__} has no setting {', '.join(unknown)}, only {', '.join(known)}"
        )
    return model_type.Config(**values)


def _cause(error: Exception) -> str:
    """The first of the many differences that torch lists, or the whole of a short message."""
    head, *differences = str(error).splitlines() or [type(error).__name__]
    if not differences:
        return head
    others = f" (and {len(differences) - 1} more)" if len(differences) > 1 else ""
    return differences[0].strip() + others


def load_model(path: str | Path) -> nn.Module:
    """The network in a checkpoint, on the CPU, in evaluation mode.

    Errors as those of `load_checkpoint` and `build_model`.
    """
    content = load_checkpoint(path)
    try:
        return build_model(content)
    except MeshgaitError as error:
        raise type(error)(f"{path}: {error}") from error
