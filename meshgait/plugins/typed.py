"""What a user names as `my_package.my_module:Thing`, imported because the user typed it."""

from __future__ import annotations

import os
import re
import sys
from importlib import import_module
from typing import Any

from meshgait.errors import ConfigError, nearest

_FORM = re.compile(r"([^\W\d]\w*(?:\.[^\W\d]\w*)*):([^\W\d]\w*(?:\.[^\W\d]\w*)*)")


def is_typed(name: str) -> bool:
    """Whether it has the form `my_package.my_module:Thing`."""
    return _FORM.fullmatch(name) is not None


def import_typed(name: str) -> Any:
    """The thing of that name; modules in the current folder are found, after those installed.

    Never call it with what a file says. Raises `ConfigError` for a name of another form, a module
    that is not there or cannot be imported, and a thing that the module does not have.
    """
    found = _FORM.fullmatch(name)
    if found is None:
        raise ConfigError(f"a name is my_package.my_module:Thing, got {name!r}")
    module, path = found.groups()
    if os.getcwd() not in sys.path and "" not in sys.path:
        sys.path.append(os.getcwd())
    thing = load(f"module {module}", lambda: import_module(module))
    for part in path.split("."):
        if not hasattr(thing, part):
            known = [each for each in dir(thing) if not each.startswith("_")]
            hint = f"; did you mean {nearest(part, known)!r}?" if known else ""
            raise ConfigError(f"there is no {part!r} in {module}{hint}")
        thing = getattr(thing, part)
    return thing


def load(what: str, loader: Any) -> Any:
    """What `loader` gives; whatever foreign code raises is a `ConfigError` of one sentence."""
    try:
        return loader()
    except (Exception, SystemExit) as error:  # foreign code may raise anything
        text = " ".join(str(error).split())
        raise ConfigError(f"{what} cannot be imported: {type(error).__name__}: {text}") from error
