"""Which implementation draws."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from types import ModuleType
from typing import NamedTuple

from torch import Tensor

from meshgait._optional import require
from meshgait.errors import ConfigError, DependencyError

DEVICES = {"triton": "cuda", "numba": "cpu"}  # where a backend draws and is the default


def implementation(vertices: Tensor, backend: str, modules: Mapping[str, str]) -> ModuleType:
    """The module that draws `vertices`: the one asked for, or the fastest that is installed.

    `modules` names the modules of this folder that can, by backend; "reference" is one of them.
    Raises `ConfigError` for a backend that does not exist or draws elsewhere than `vertices` are,
    and `DependencyError` when what it needs is not installed.
    """
    device = vertices.device.type
    if backend == "auto":
        return _load(choice(device, modules).backend, modules)
    if backend not in modules:
        raise ConfigError(f"no backend {backend!r}; there are auto, {', '.join(modules)}")
    interpreted = backend == "triton" and os.environ.get("TRITON_INTERPRET") == "1"
    if DEVICES.get(backend, device) != device and not interpreted:
        raise ConfigError(f"backend {backend!r} cannot draw on {device}; use backend='auto'")
    return _load(backend, modules)


class Choice(NamedTuple):
    """What "auto" draws with on a device, and why with nothing faster, if there is anything."""

    backend: str
    missing: str | None


def choice(device: str, modules: Mapping[str, str]) -> Choice:
    """The fastest backend of `modules` for a device that is installed."""
    missing = None
    for backend in modules:
        if DEVICES.get(backend) == device:
            try:
                _load(backend, modules)
            except DependencyError as error:  # not installed, or too old for this Python
                missing = str(error)
            else:
                return Choice(backend, None)
    return Choice("reference", missing)


def _load(backend: str, modules: Mapping[str, str]) -> ModuleType:
    if backend in DEVICES:
        require(backend, extra="fast" if backend == "numba" else None)  # torch brings triton
    return importlib.import_module(f"meshgait.render.{modules[backend]}")
