"""Recipes by name."""

from difflib import get_close_matches

from meshgait.errors import ConfigError
from meshgait.recipes import plain, residual
from meshgait.recipes.schedules import Published

RECIPES: dict[str, Published] = {**plain.RECIPES, **residual.RECIPES}
"""All that is known."""


def find_recipe(name: str) -> Published:
    """The recipe of this name; `ConfigError` names the nearest one."""
    if name not in RECIPES:
        near = get_close_matches(name.lower(), RECIPES, n=1, cutoff=0)
        raise ConfigError(
            f"there is no recipe {name!r}; did you mean {near[0]!r}? (There are "
            f"{', '.join(RECIPES)}.)"
        )
    return RECIPES[name]
