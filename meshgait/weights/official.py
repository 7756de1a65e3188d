"""Checkpoints of the published implementations, recognised by the names in them.

OpenGait and Gait3D-Benchmark (its first releases, `64pixel-*.pt` and `128pixel-*.pt`, too),
FastPoseGait, and the authors' own GaitSet, GaitPart, CSTL, GaitGraph and TraND. Each network knows
the names of its weights (`OFFICIAL_NAMES` beside it) and its published sizes; this file knows what
is common to all, the classifiers and the order of things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

import meshgait.models
from meshgait.errors import ConfigError, DataError
from meshgait.files.storage import read_torch
from meshgait.weights.dialects import to_opengait
from meshgait.weights.heads import find_head, is_of_a_head

Weights = dict[str, Tensor]

MOST_NAMES = 20
COUNTER = "num_batches_tracked"


def load_official(
    source: str | Path | Mapping[str, Any],
    name: str | None = None,
    *,
    part_major: bool | None = None,
) -> tuple[nn.Module, nn.Module | None]:
    """The network in a published checkpoint, ready to use, and its classifier or None.

    `source` is a file or what was in it. `name` says which of our models it is: needed only where
    two have the same weights. `part_major` says how the statistics of the classifier are counted:
    p * C + c in the first releases of Gait3D, c * P + p later. Nothing in the file tells; None
    looks for `64pixel-` or `128pixel-` in the file's name, which also gives the size of images.

    Only tensors are read, nothing in the file is run. Raises `ConfigError` when several models
    fit, `DataError` with the names that are missing and unexpected when none does, and
    `UnsafeFileError` for a file that holds more than data.
    """
    file = "" if isinstance(source, Mapping) else Path(source).name
    content = source if isinstance(source, Mapping) else read_torch(source, old=True)
    weights = to_opengait(_weights_in(content, file or "the checkpoint"))
    match = _recognise(weights, name, file or "the checkpoint")
    pixels = re.match(r"(64|128)pixel-", file)
    model_type = _model_type(match.name)
    config = match.config
    if pixels and hasattr(config, "size"):
        height = int(pixels[1])
        config = replace(config, size=(height, height * 44 // 64))
    model = model_type(config)
    model.load_state_dict(match.weights)
    head = find_head(weights, model, part_major=bool(pixels) if part_major is None else part_major)
    return model.eval(), None if head is None else head.eval()


def _weights_in(content: Any, file: str) -> Weights:
    """The tensors by name, out of the training state and the wrapper around them."""
    while isinstance(content, Mapping) and isinstance(content.get("model"), Mapping):
        content = content["model"]
    if isinstance(content, Mapping) and isinstance(content.get("state_dict"), Mapping):
        content = content["state_dict"]
    if isinstance(content, Mapping) and isinstance(content.get("netE"), Mapping):  # GaitNet
        content = {
            f"{network}.{name}": value
            for network, weights in content.items()
            if isinstance(weights, Mapping)
            for name, value in weights.items()
        }
    if not isinstance(content, Mapping) or not content:
        raise DataError(f"{file} holds no weights by name")
    wrong = [name for name, value in content.items() if not isinstance(value, Tensor)]
    if wrong:
        raise DataError(f"{file} holds things that are no tensors, such as {wrong[0]!r}")
    if all(name.startswith("module.") for name in content):
        content = {name.removeprefix("module."): value for name, value in content.items()}
    for name, value in content.items():
        if value.is_floating_point() and not value.isfinite().all():
            raise DataError(f"{name} in {file} holds NaN or infinity")
    return dict(content)


@dataclass(frozen=True)
class _Match:
    """How well weights fit one configuration of one model."""

    name: str
    config: Any
    weights: Weights
    missing: list[str]
    unexpected: list[str]

    @property
    def faults(self) -> int:
        return len(self.missing) + len(self.unexpected)


def _recognise(weights: Weights, name: str | None, file: str) -> _Match:
    if name is not None and name not in official_models():
        known = ", ".join(official_models())
        raise ConfigError(f"no published checkpoint of {name!r} is known, only of {known}")
    names = official_models() if name is None else [name]
    nearest = [min(_matches(weights, each), key=lambda match: match.faults) for each in names]
    perfect = [match for match in nearest if not match.faults]
    if len(perfect) > 1:
        several = " and ".join(match.name for match in perfect)
        raise ConfigError(
            f"{file} fits {several}, which have the same weights and differ in how they use "
            "them: say which it is (name=..., or --name on the command line)"
        )
    if perfect:
        return perfect[0]
    best = min(nearest, key=lambda match: match.faults)
    raise DataError(
        f"{file} fits no network; nearest is {best.name}, which misses "
        f"{_listed(best.missing)} and does not expect {_listed(best.unexpected)}"
    )


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


def _matches(weights: Weights, name: str) -> Iterator[_Match]:
    """How the weights fit each published configuration of a model."""
    module = _module(name)
    known, unexpected = _translate(weights, module)
    for config in published_configs(name):
        with torch.device("meta"):
            expected = _model_type(name)(config).state_dict()
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
        yield _Match(name, config, ours | counters, missing, unexpected + wrong)


def _translate(weights: Weights, module: Any) -> tuple[dict[str, tuple[str, Tensor]], list[str]]:
    """Our name -> (original name, tensor), and the names that mean nothing here."""
    ignored = getattr(module, "OFFICIAL_IGNORED", ())
    known, unexpected = {}, []
    for original, value in weights.items():
        for pattern, start in module.OFFICIAL_NAMES:
            translated, count = re.subn("^(?:" + pattern + ")", start, original, count=1)
            if count:
                known[translated] = original, value
                break
        else:
            is_constant = any(re.fullmatch(pattern, original) for pattern in ignored)
            if not is_constant and not is_of_a_head(original):
                unexpected.append(original)
    return known, unexpected


def _listed(names: list[str]) -> str:
    if not names:
        return "nothing"
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more
