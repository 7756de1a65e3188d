"""Which implementation draws."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import NamedTuple

from torch import Tensor

from meshgait._optional import require
from meshgait.errors import ConfigError, DependencyError


class Backend(NamedTuple):
    """Where coverage is implemented, what that needs, and the one device it draws on, if one."""

    module: str
    package: str
    device: str | None


BACKENDS = {
    "numba": Backend("coverage_numba", "numba", "cpu"),
    "reference": Backend("reference", "torch", None),
}


def kernels_for(vertices: Tensor, backend: str) -> ModuleType:
    """The module that draws `vertices`: the one asked for, or the fastest that is installed.

    Raises `ConfigError` for a name that does not exist or draws elsewhere than `vertices` are,
    and `DependencyError` when what it needs is not installed.
    """
    device = vertices.device.type
    if backend == "auto":
        return _fastest(device)
    if backend not in BACKENDS:
        raise ConfigError(f"no backend {backend!r}; there are auto, {', '.join(BACKENDS)}")
    if BACKENDS[backend].device not in (device, None):
        raise ConfigError(f"backend {backend!r} cannot draw on {device}; use backend='auto'")
    return _load(backend)


def _fastest(device: str) -> ModuleType:
    for name, backend in BACKENDS.items():
        if backend.device == device:
            try:
                return _load(name)
            except DependencyError:  # not installed, or too old for this Python
                continue
    return _load("reference")


def _load(name: str) -> ModuleType:
    require(BACKENDS[name].package, extra="fast")
    return importlib.import_module(f"meshgait.render.{BACKENDS[name].module}")
