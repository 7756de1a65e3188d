"""Networks by the name that a user types, and checkpoints of networks that are not ours."""

from __future__ import annotations

from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from jsonargparse import ArgumentParser

from meshgait.errors import ConfigError, DataError, MeshgaitError

HELP = (
    "the network's class where the checkpoint is of none of ours: a plug-in, or "
    "my_package.my_module:MyNet"
)


def find_model(name: str) -> Any:
    """The class of this name or of `my_package.my_module:MyNet`; `ConfigError` names the nearest.

    Only for names that a user typed: the module is imported.
    """
    from meshgait.models import all_models

    return all_models().find_typed(name)


def find_typed_loss(name: str) -> Any:
    """What makes a loss of a network and a number of identities, by the name a user typed."""
    from meshgait.training.criterion import LOSSES, Loss

    return Loss({name: 1}) if name in LOSSES.own else LOSSES.find_typed(name)


def settings_class(model_type: Any) -> Any:
    """What a network's settings are read by: its `Config`, or None for its constructor."""
    kind = getattr(model_type, "Config", None)
    return kind if is_dataclass(kind) else None


def add_settings(parser: ArgumentParser, model_type: Any) -> None:
    """Arguments `--model.*`: what the network can be built with."""
    kind = settings_class(model_type)
    if kind is not None:
        parser.add_class_arguments(kind, "model")
    else:
        parser.add_class_arguments(model_type, "model", instantiate=False, fail_untyped=False)


def build_network(model_type: Any, settings: Any) -> Any:
    """The network of what `add_settings` read; it can say later what it was built with."""
    name = model_type.__name__
    try:
        if settings_class(model_type) is not None:
            return model_type(settings)
        values = {} if settings is None else dict(vars(settings))
        model = model_type(**values)
        if getattr(model, "config", None) is None:
            model.config = values
    except MeshgaitError:
        raise
    except Exception as error:
        text = " ".join(str(error).split())
        raise ConfigError(f"{name} cannot be built: {type(error).__name__}: {text}") from error
    return model


def add_model(parser: ArgumentParser) -> None:
    """`--model`, for `load_network`."""
    parser.add_argument("--model", type=str | None, default=None, help=HELP)


def load_network(path: Path, model: str | None) -> Any:
    """The network in a checkpoint; `model` is what the user typed."""
    from meshgait.weights.checkpoint import load_model

    return load_model(path, None if model is None else find_model(model))


def is_network(path: Path) -> bool:
    """Whether a user who names this first means a network: else it is a walk."""
    from meshgait.io import recognise
    from meshgait.sequence.kind import kind_of, names_in
    from meshgait.weights.folder import is_folder

    if not path.exists() or is_folder(path):
        return path.suffix != ".npz"
    try:
        kind = kind_of(names_in(path))
        return kind == "embeddings" or (kind is None and recognise(path) is None)
    except DataError:
        return True  # whoever loads it says what is wrong with it
