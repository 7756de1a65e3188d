"""Networks by the name that a user types."""

from __future__ import annotations

from typing import Any

from meshgait.errors import ConfigError, nearest


def find_model(name: str) -> Any:
    """The class of this name; `ConfigError` names the nearest one."""
    import meshgait.models

    known = meshgait.models.__all__
    if name not in known:
        raise ConfigError(
            f"there is no model {name!r}; did you mean {nearest(name, known)!r}? (There are "
            f"{', '.join(known)}.)"
        )
    return getattr(meshgait.models, name)
