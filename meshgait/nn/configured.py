"""Networks built from a Config, from its fields as keywords, or from both."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, TypeVar

from meshgait.errors import ConfigError, nearest

Model = TypeVar("Model")
Config = TypeVar("Config")


def configured(
    kind: Callable[..., Config],
) -> Callable[[Callable[[Model, Config], None]], Callable[..., None]]:
    """Decorate `__init__(self, config)` so that settings may be given by name, or left out.

    `kind` is the network's `Config`, a frozen dataclass. An unknown setting is a `ConfigError`
    with the nearest name.

    >>> from meshgait.models import SLN
    >>> SLN(width=1 / 16).config == SLN(SLN.Config(width=1 / 16)).config
    True
    """

    def decorate(init: Callable[[Model, Config], None]) -> Callable[..., None]:
        @functools.wraps(init)
        def build(self: Model, config: Any = None, **settings: Any) -> None:
            init(self, configure(kind, config, settings, type(self).__name__))

        parameter = inspect.Parameter
        options = inspect.signature(kind).parameters.values()
        shown = [parameter("self", parameter.POSITIONAL_OR_KEYWORD)]
        shown.append(parameter("config", parameter.POSITIONAL_OR_KEYWORD, default=None))
        shown += [option.replace(kind=parameter.KEYWORD_ONLY) for option in options]
        build.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
        return build

    return decorate


def configure(kind: Any, config: Any, settings: dict[str, Any], name: str) -> Any:
    """`config`, or the default one, with these settings changed."""
    if config is not None and not isinstance(config, kind):
        raise ConfigError(
            f"{name} is built from {name}.Config, or from its settings by name, got "
            f"{type(config).__name__}"
        )
    known = [field.name for field in fields(kind)]
    for setting in settings:
        if setting not in known:
            raise ConfigError(
                f"{name} has no setting {setting!r}; did you mean {nearest(setting, known)!r}? "
                f"(There are {', '.join(known)}.)"
            )
    config = kind() if config is None else config
    return replace(config, **settings) if settings else config
