"""Rooms whose names are loaded when they are touched (PEP 562): a command pays for what it uses."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any


def when_touched(package: ModuleType) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` for a package whose imports stand under `if TYPE_CHECKING`.

    Those are what a type checker reads; here they say where each name lives. Modules and packages
    inside are touched by their names too.
    """
    places = _places(Path(str(package.__file__)))
    name = package.__name__

    @cache  # whoever tries names that are not there, as a parser does, would list it each time
    def inside() -> list[str]:
        modules = iter_modules(package.__path__)
        return [module.name for module in modules if not module.name.startswith("_")]

    def get(attribute: str) -> Any:
        if attribute in inside():
            return import_module(f"{name}.{attribute}")
        if attribute not in places:
            raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
        found = getattr(import_module(places[attribute]), attribute)
        setattr(package, attribute, found)
        return found

    return get, lambda: sorted({*package.__all__, *inside()})


def _places(file: Path) -> dict[str, str]:
    """The module of each name that the file imports under `if TYPE_CHECKING`."""
    statements = ast.parse(file.read_text(encoding="utf-8")).body
    blocks = [s.body for s in statements if isinstance(s, ast.If)]
    imports = [s for block in blocks for s in block if isinstance(s, ast.ImportFrom)]
    return {name.name: str(line.module) for line in imports for name in line.names}
