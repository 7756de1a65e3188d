"""Weights and training states on disk: written whole, read without running anything."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import torch
from torch import nn

from meshgait._version import __version__
from meshgait.errors import ConfigError, DataError, MeshgaitError
from meshgait.files.storage import written_whole
from meshgait.files.torch_file import BROKEN_TORCH, is_torch, read_torch
from meshgait.models import name_of, networks
from meshgait.nn import Network, require_network
from meshgait.plugins import is_typed
from meshgait.sequence.kind import describe_file
from meshgait.weights.folder import is_folder, read_folder
from meshgait.weights.shipped import locate

FORMAT = 1
_MOST_BESIDE = 1 << 27  # numbers of a network that its weights may lack: half a gigabyte


def describe_model(model: Network) -> dict[str, Any]:
    """Name, configuration and weights: all that `load_model` needs.

    Raises `ConfigError` for a configuration that holds more than plain values.
    """
    return {
        "model": name_of(type(model)),
        "config": settings_of(model),
        "weights": model.state_dict(),
    }


def settings_of(model: Network) -> dict[str, Any]:
    """The `config` of a network by name: a dataclass, a mapping or a namespace; {} for none."""
    config = getattr(model, "config", None)
    if config is None:
        return {}
    if is_dataclass(config) and not isinstance(config, type):
        values = asdict(config)
    elif isinstance(config, Mapping) or hasattr(config, "__dict__"):
        values = dict(config if isinstance(config, Mapping) else vars(config))
    else:
        raise ConfigError(f"config of {type(model).__name__} is no dataclass and no mapping")
    for name, value in values.items():
        if not _is_plain(value) or not isinstance(name, str):
            raise ConfigError(
                f"config of {type(model).__name__} holds {name} = {value!r}, and a checkpoint "
                "keeps numbers, text, and lists, tuples and mappings of them"
            )
    return values


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return type(value) is dict and all(map(_is_plain, [*value, *value.values()]))
    if isinstance(value, list | tuple):
        return type(value) in (list, tuple) and all(map(_is_plain, value))
    return value is None or type(value) in (bool, int, float, str)


def save_checkpoint(path: str | Path, content: dict[str, Any]) -> None:
    """Write tensors, numbers, text and containers of them to `path`, whole or not at all."""
    # Into a file of Python's: torch's own says of a full disk only that its archive is wrong.
    with written_whole(path) as part, part.open("wb") as file:
        torch.save({"format": FORMAT, "version": __version__, **content}, file)


def load_checkpoint(path: str | Path) -> dict[str, Any]:
    """What `save_checkpoint` wrote, on the CPU; every checksum is verified.

    `path` may also be a folder of `save_pretrained`, or the name of weights that come with the
    package: they have model, config and weights, too. Raises `FileNotFoundError`, `DataError` for a
    damaged file or one of another kind, and `UnsafeFileError` for one that holds anything but
    tensors and plain values.
    """
    path = locate(path)
    if is_folder(path):
        return read_folder(path)
    if not path.is_file() or not is_torch(path):
        raise DataError(f"{path} is not a whole checkpoint: it is {describe_file(path)}")
    content = read_torch(path)
    if not isinstance(content, dict) or "format" not in content:
        raise DataError(f"{path} is no checkpoint of meshgait")
    if content["format"] != FORMAT:
        raise DataError(
            f"{path} has format {content['format']!r} and this version of meshgait reads "
            f"{FORMAT}; read it with the version that wrote it, {content.get('version')}"
        )
    return content


def build_model(content: dict[str, Any], model: Network | type | None = None) -> Network:
    """The network that `describe_model` described, in evaluation mode.

    `model` is the class of one that is not of meshgait, or such a network, which gets the weights.
    Nothing is imported for what `content` says. Raises `ConfigError` for a model or a setting that
    this version does not have, `DataError` where configuration and weights do not fit.
    """
    name = content.get("model")
    if model is None:
        model = networks().get(name) if isinstance(name, str) else None
    if model is None:
        raise _unknown(name)
    name = model.__name__ if isinstance(model, type) else type(model).__name__
    if not issubclass(model if isinstance(model, type) else type(model), nn.Module):
        raise ConfigError(f"a network is a torch.nn.Module, got {name}")
    try:
        if isinstance(model, type):
            _require_weights(model, content)
        built: Any = _construct(model, content["config"]) if isinstance(model, type) else model
        require_network(built)
        built.load_state_dict(content["weights"])
    except MeshgaitError:
        raise
    except (*BROKEN_TORCH, ArithmeticError, MemoryError) as error:
        raise DataError(f"configuration and weights make no {name}: {_cause(error)}") from error
    return built.eval()


def _require_weights(model: type, content: dict[str, Any]) -> None:
    """Before a network is built: its settings must not ask for far more than there are weights."""
    if not model.__module__.startswith("meshgait."):
        return
    try:
        with torch.device("meta"):
            expected = _construct(model, content["config"]).state_dict()
    except TypeError:  # a network that computes on the way, such as with a mesh's matrices
        return
    needed, given = (
        sum(value.numel() for value in weights.values() if isinstance(value, torch.Tensor))
        for weights in (expected, content["weights"])
    )
    if needed > 2 * given + _MOST_BESIDE:
        raise DataError(
            f"its settings make a network of {needed:,} numbers, and its weights are {given:,}"
        )


def _unknown(name: Any) -> ConfigError:
    if isinstance(name, str) and is_typed(name):
        module, _, path = name.partition(":")
        typed = "" if module == "__main__" else f", on the command line --model {name}"
        return ConfigError(
            f"this is a checkpoint of {name}, which is not of meshgait, and no file decides what "
            f"is imported; say its class: load_model(path, model={path.rpartition('.')[2]}){typed}",
            code="own-network",
        )
    known = ", ".join(networks())
    return ConfigError(f"there is no model {name!r} in this version of meshgait, only {known}")


def _construct(model_type: type, values: dict[str, Any]) -> nn.Module:
    """The network of these settings: by its `Config` where it has one, else by its constructor."""
    kind = getattr(model_type, "Config", None)
    if is_dataclass(kind):
        return model_type(_make_config(model_type.__name__, kind, values))
    parameters = inspect.signature(model_type).parameters.values()
    _refuse_unknown(model_type.__name__, values, parameters)
    missing = [
        each.name
        for each in parameters
        if each.default is each.empty
        and each.name not in values
        and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    ]
    if missing:
        raise ConfigError(
            f"{model_type.__name__} needs {', '.join(missing)}, which the checkpoint does not "
            f"hold, as the network had no config; build it and give it: model="
            f"{model_type.__name__}({', '.join(f'{name}=...' for name in missing)})"
        )
    return model_type(**values)


def _make_config(name: str, kind: Any, values: dict[str, Any]) -> Any:
    """A dataclass of these values, and those inside it."""
    _refuse_unknown(name, values, inspect.signature(kind).parameters.values())
    is_nested = any(isinstance(value, dict) for value in values.values())
    hints = get_type_hints(kind) if is_nested else {}
    return kind(
        **{
            key: _make_config(name, hints[key], value)
            if isinstance(value, dict) and is_dataclass(hints[key])
            else value
            for key, value in values.items()
        }
    )


def _refuse_unknown(name: str, values: dict[str, Any], known: Iterable[Any]) -> None:
    known = list(known)
    if any(each.kind is each.VAR_KEYWORD for each in known):
        return
    names = [each.name for each in known]
    unknown = [" ".join(str(key).split())[:60] for key in values if key not in names]
    if unknown:
        listed = ", ".join(names) or "none at all"
        raise ConfigError(f"{name} has no setting {', '.join(unknown)}, only {listed}")


def _cause(error: Exception) -> str:
    """The first of the many differences that torch lists, or the whole of a short message."""
    head, *differences = str(error).splitlines() or [type(error).__name__]
    if not differences:
        return head
    others = f" (and {len(differences) - 1} more)" if len(differences) > 1 else ""
    return differences[0].strip() + others


def load_model(path: str | Path, model: Network | type | None = None) -> Network:
    """The network in a checkpoint, on the CPU, in evaluation mode.

    `path` is a file of `save_checkpoint`, a folder of `save_pretrained`, or the name of weights
    that come with the package (`meshgait zoo weights`). For a network that is not of meshgait
    `model` is its class or, where the checkpoint does not say how to build it, one that is built:
    `load_model(path, model=MyNet)`. Errors as those of `load_checkpoint` and `build_model`, and
    `ConfigError` for a name that is none.
    """
    content = load_checkpoint(path)
    try:
        return build_model(content, model)
    except MeshgaitError as error:
        raise type(error)(f"{path}: {error}") from error
