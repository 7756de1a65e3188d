"""Recipes by name."""

from meshgait.plugins import Registry
from meshgait.recipes import bodies, clouds, plain, residual, unlabelled
from meshgait.recipes.schedules import Published

RECIPES: dict[str, Published] = {
    **plain.RECIPES,
    **residual.RECIPES,
    **bodies.RECIPES,
    **clouds.RECIPES,
    **unlabelled.RECIPES,
}
"""All that were published."""


ALL_RECIPES: Registry[Published] = Registry(
    "recipe", "meshgait.recipes", RECIPES,
    what="a meshgait.recipes.Published", accepts=lambda thing: isinstance(thing, Published),
)  # fmt: skip
"""These and those of other packages."""


def find_recipe(name: str) -> Published:
    """The recipe that a user named, ours or another's; `ConfigError` names the nearest one."""
    return ALL_RECIPES.find_typed(name)
