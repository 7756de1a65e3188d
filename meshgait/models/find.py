"""Networks by the name that a user types: ours in any spelling by case, and plug-ins."""

from __future__ import annotations

from typing import Any

from torch import nn

from meshgait.plugins import Registry


def networks() -> dict[str, Any]:
    """Our networks: the class of each by its name."""
    import meshgait.models

    things = {name: getattr(meshgait.models, name) for name in meshgait.models.__all__}
    return {name: thing for name, thing in things.items() if isinstance(thing, type)}


def name_of(model_type: type) -> str:
    """Of our networks the name, of others where they are: `my_package.my_module:MyNet`."""
    name = model_type.__name__
    if networks().get(name) is model_type:
        return name
    return f"{model_type.__module__}:{model_type.__qualname__}"


def all_models() -> Registry[Any]:
    """Our networks and those that other packages offer as `meshgait.models`."""
    return Registry(
        "model", "meshgait.models", networks(),
        what="a subclass of torch.nn.Module",
        accepts=lambda thing: isinstance(thing, type) and issubclass(thing, nn.Module),
    )  # fmt: skip


def create(name: str, **settings: Any) -> Any:
    """The network of that name, built with `settings` (see its `Config`).

    Raises `ConfigError` with the nearest name of a network or of a setting.

    >>> create("smplgait", width=1 / 16).embedding_shape
    (31, 16)
    """
    return all_models().find(name)(**settings)
