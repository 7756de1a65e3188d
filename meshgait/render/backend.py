"""Which implementation draws."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from types import ModuleType

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
        return _fastest(device, modules)
    if backend not in modules:
        raise ConfigError(f"no backend {backend!r}; there are auto, {', '.join(modules)}")
    interpreted = backend == "triton" and os.environ.get("TRITON_INTERPRET") == "1"
    if DEVICES.get(backend, device) != device and not interpreted:
        raise ConfigError(f"backend {backend!r} cannot draw on {device}; use backend='auto'")
    return _load(backend, modules)


def _fastest(device: str, modules: Mapping[str, str]) -> ModuleType:
    for backend in modules:
        if DEVICES.get(backend) == device:
            try:
                return _load(backend, modules)
            except DependencyError:  # not installed, or too old for this Python
                continue
    return _load("reference", modules)


def _load(backend: str, modules: Mapping[str, str]) -> ModuleType:
    if backend in DEVICES:
        require(backend, extra="fast" if backend == "numba" else None)  # torch brings triton
    return importlib.import_module(f"meshgait.render.{modules[backend]}")
