"""Networks as `torch.compile` has them, or a sentence about what it misses here."""

from __future__ import annotations

import os
import shutil
from typing import Any

import torch

from meshgait.errors import DependencyError

COMPILERS = ("g++", "clang++", "c++")


def compile_network(model: Any, device: torch.device) -> Any:
    """`model` compiled for `device` when it is first run; they share their weights.

    Raises `DependencyError` where a CPU's code cannot be compiled, for want of a C++ compiler.
    """
    names = (os.environ["CXX"],) if "CXX" in os.environ else COMPILERS
    if device.type == "cpu" and not any(map(shutil.which, names)):
        raise DependencyError(
            f"torch.compile needs a C++ compiler, and there is no {' and no '.join(names)}; on "
            "Debian and Ubuntu: apt-get install g++, or go on without compiling"
        )
    return torch.compile(model)
