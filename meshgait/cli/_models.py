"""Networks by the name that a user types."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from meshgait.errors import ConfigError


def find_model(name: str) -> Any:
    """The class of this name; `ConfigError` names the nearest one."""
    import meshgait.models

    known = meshgait.models.__all__
    if name not in known:
        same = [other for other in known if other.lower() == name.lower()]
        near = same or get_close_matches(name, known, n=1, cutoff=0)
        raise ConfigError(
            f"there is no model {name!r}; did you mean {near[0]!r}? (There are {', '.join(known)}.)"
        )
    return getattr(meshgait.models, name)
