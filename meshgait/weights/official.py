"""Checkpoints of the published implementations, recognised by the names in them.

OpenGait and Gait3D-Benchmark (its first releases, `64pixel-*.pt` and `128pixel-*.pt`, too),
FastPoseGait, and the authors' own GaitSet, GaitPart, CSTL, GaitGraph and TraND. Each network knows
the names of its weights (`OFFICIAL_NAMES` beside it) and its published sizes; this file knows what
is common to all, the classifiers and the order of things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

import meshgait.models
from meshgait.errors import ConfigError, DataError, MeshgaitError
from meshgait.files.pickled_tensors import widened
from meshgait.files.safetensors_file import is_safetensors, read_safetensors
from meshgait.files.torch_file import read_torch, to_plain_tensor
from meshgait.nn import Network
from meshgait.weights.dialects import to_opengait
from meshgait.weights.find import find_weights
from meshgait.weights.heads import find_head, is_of_a_head

Weights = dict[str, Tensor]

MOST_NAMES = 20
COUNTER = "num_batches_tracked"


def load_official(
    source: str | Path | Mapping[str, Any],
    name: str | None = None,
    *,
    part_major: bool | None = None,
    size: tuple[int, int] | None = None,
    config: Mapping[str, Any] | None = None,
) -> tuple[Network, nn.Module | None]:
    """The network in a published checkpoint, ready to use, and its classifier or None.

    `source` is a file or what was in it. `name` says which of our models it is: needed only where
    two have the same weights. `part_major` says how the statistics of the classifier are counted:
    p * C + c in the first releases of Gait3D, c * P + p later. Nothing in the file tells; None
    looks for `64pixel-` or `128pixel-` in the file's name, which also gives the size of images.
    `size` is (height, width) of the images, and `config` other settings of the network, where
    neither the weights nor the file's name tell: `load_official(path, size=(128, 88))`.

    The weights may lie in wrappers of any name and depth ("model", "state_dict", "module."), and
    settings, schedules and optimisers beside them. Only tensors are read, nothing in the file is
    run. Raises `ConfigError` when several models fit, `DataError` with the names that are missing
    and unexpected when none does, and `UnsafeFileError` for a file with objects and no weights.
    """
    file = "the checkpoint" if isinstance(source, Mapping) else Path(source).name
    content = source if isinstance(source, Mapping) else _read(Path(source))
    settings = dict(config or {})
    match = _recognise(content, name, file, settings)
    pixels = re.match(r"(64|128)pixel-", file)
    model_type = _model_type(match.name)
    if pixels and hasattr(match.config, "size"):
        height = int(pixels[1])
        settings.setdefault("size", (height, height * 44 // 64))
    if size is not None:
        settings["size"] = tuple(size)
    model = model_type(match.config, **settings)
    _take_over(model, match.weights, settings, file)
    is_old = bool(pixels) or getattr(_module(match.name), "OFFICIAL_PART_MAJOR", False)
    head = find_head(
        match.all_weights, model, part_major=is_old if part_major is None else part_major
    )
    return model.eval(), None if head is None else head.eval()


def _read(path: Path) -> Any:
    """What a file of PyTorch or of safetensors holds."""
    if is_safetensors(path):
        return read_safetensors(path)[0]
    return read_torch(path, old=True, inert=True)


def _take_over(model: nn.Module, weights: Weights, settings: Mapping[str, Any], file: str) -> None:
    for name, own in model.state_dict().items():
        if own.is_floating_point() and not weights[name].is_floating_point():
            kind = str(weights[name].dtype).removeprefix("torch.")
            raise DataError(
                f"{name} in {file} is of type {kind} where the network has floating-point numbers; "
                "give the weights as they were before"
            )
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:  # settings decide the shape of weights, too
        given = ", ".join(f"{name}={value!r}" for name, value in settings.items())
        raise ConfigError(
            f"the weights are those of another {type(model).__name__} than one with {given}"
        ) from error


@dataclass(frozen=True)
class _Match:
    """How well weights fit one configuration of one model."""

    name: str
    config: Any
    weights: Weights
    all_weights: Weights
    missing: list[str]
    unexpected: list[str]

    @property
    def faults(self) -> int:
        return len(self.missing) + len(self.unexpected)


def _recognise(content: Any, name: str | None, file: str, settings: Mapping[str, Any]) -> _Match:
    """The first weights in a file that fit one model, and how; nearest errors for the others."""
    if name is not None and name not in official_models():
        known = ", ".join(official_models())
        raise ConfigError(f"no published checkpoint of {name!r} is known, only of {known}")
    found = find_weights(content, file)
    matches = []
    for weights in found.candidates():
        match = _fit(to_opengait(weights), name, file, settings)
        if not match.faults:
            _require_numbers(match.all_weights, file)
            return match
        matches.append(match)
    nearest = min(matches, key=lambda match: match.faults)
    _require_numbers(nearest.all_weights, file)
    raise DataError(
        f"{file} fits no network; nearest is {nearest.name}, which misses "
        f"{_listed(nearest.missing)} and does not expect {_listed(nearest.unexpected)}"
        f"{found.others()}",
        code="published-weights",
    )


def _fit(weights: Weights, name: str | None, file: str, settings: Mapping[str, Any]) -> _Match:
    """The model that fits best."""
    names = official_models() if name is None else [name]
    nearest = [
        min(_matches(weights, each, settings), key=lambda match: match.faults) for each in names
    ]
    perfect = [match for match in nearest if not match.faults]
    if len(perfect) > 1:
        several = " and ".join(match.name for match in perfect)
        raise ConfigError(
            f"{file} fits {several}, which have the same weights and differ in how they use "
            "them: say which it is (name=..., or --name on the command line)"
        )
    return min(nearest, key=lambda match: match.faults)


def _require_numbers(weights: Weights, file: str) -> None:
    for name, value in weights.items():
        try:
            plain = to_plain_tensor(value)
        except DataError as error:
            raise DataError(f"{name} in {file} {error}") from error
        if plain.is_floating_point() and not widened(plain).isfinite().all():
            raise DataError(f"{name} in {file} holds NaN or infinity")


def official_models() -> list[str]:
    """Models of which published checkpoints are known."""
    return [name for name in meshgait.models.networks() if hasattr(_module(name), "OFFICIAL_NAMES")]


def _model_type(name: str) -> Any:
    return getattr(meshgait.models, name)


def _module(name: str) -> Any:
    return import_module(_model_type(name).__module__)


def published_configs(name: str) -> list[Any]:
    """The default configuration of a model, and those that its file keeps beside it."""
    kind = _model_type(name).Config
    others = [value for value in vars(_module(name)).values() if isinstance(value, kind)]
    return [kind(), *others]


def _changed(config: Any, settings: Mapping[str, Any]) -> Iterator[Any]:
    """The configuration with what a user said, where it has all of that."""
    names = {field.name for field in fields(config)}
    if settings and settings.keys() <= names:
        try:
            yield replace(config, **settings)
        except MeshgaitError:  # said of another configuration, which is asked as well
            return


def _matches(weights: Weights, name: str, settings: Mapping[str, Any]) -> Iterator[_Match]:
    """How the weights fit each published configuration of a model, and what a user made of it."""
    known, unexpected = _translate(weights, name)
    published = published_configs(name)
    for config in [*published, *(new for old in published for new in _changed(old, settings))]:
        expected = _expected(name, config)
        missing = [key for key in expected if key not in known and not key.endswith(COUNTER)]
        wrong = [
            f"{original} {tuple(value.shape)}"
            for key, (original, value) in known.items()
            if key not in expected or expected[key].shape != value.shape
        ]
        ours = {key: value for key, (_, value) in known.items() if key in expected}
        counters = {
            key: torch.tensor(0) for key in expected if key.endswith(COUNTER) and key not in ours
        }
        yield _Match(name, config, ours | counters, weights, missing, unexpected + wrong)


def _expected(name: str, config: Any) -> Mapping[str, Tensor]:
    """Weights of a model, without numbers."""
    try:
        return _built(name, config)
    except TypeError:  # a setting that cannot be remembered, such as a list
        return _built.__wrapped__(name, config)


@cache
def _built(name: str, config: Any) -> Mapping[str, Tensor]:
    with torch.device("meta"):
        return _model_type(name)(config).state_dict()


def _translate(weights: Weights, name: str) -> tuple[dict[str, tuple[str, Tensor]], list[str]]:
    """Our name -> (original name, tensor), and the names that mean nothing here."""
    known, unexpected = {}, []
    for original, value in weights.items():
        translated = _translated(name, original)
        if translated:
            known[translated] = original, value
        elif translated is None:
            unexpected.append(original)
    return known, unexpected


@lru_cache(1 << 16)
def _translated(name: str, original: str) -> str | None:
    """A model's own name of a weight, "" for what it does without, None for what it lacks."""
    module = _module(name)
    for pattern, start in module.OFFICIAL_NAMES:
        translated, count = re.subn("^(?:" + pattern + ")", start, original, count=1)
        if count:
            return translated
    ignored = any(re.fullmatch(p, original) for p in getattr(module, "OFFICIAL_IGNORED", ()))
    return "" if ignored or is_of_a_head(original) else None


def _listed(names: list[str]) -> str:
    if not names:
        return "nothing"
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more
