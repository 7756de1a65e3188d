"""Training: recipes, the loop, and what keeps it alive."""

from meshgait.training.adapt import Adaptation, adapt
from meshgait.training.optimizers import Adam, AdamW, Sgd
from meshgait.training.recipe import Recipe

__all__ = [
    "Adam",
    "AdamW",
    "Adaptation",
    "Recipe",
    "Sgd",
    "adapt",
]
