"""Recipes by name."""

from meshgait.errors import ConfigError, nearest
from meshgait.recipes import bodies, plain, residual
from meshgait.recipes.schedules import Published

RECIPES: dict[str, Published] = {**plain.RECIPES, **residual.RECIPES, **bodies.RECIPES}
"""All that is known."""


def find_recipe(name: str) -> Published:
    """The recipe of this name; `ConfigError` names the nearest one."""
    if name not in RECIPES:
        raise ConfigError(
            f"there is no recipe {name!r}; did you mean {nearest(name, RECIPES)!r}? (There are "
            f"{', '.join(RECIPES)}.)"
        )
    return RECIPES[name]
