"""How each network was trained on each dataset when it was published, by `network/dataset`.

From the papers, the authors' code and OpenGait's configurations. What nobody published is said in
`note`, as is what we do otherwise. The original runs used mixed precision; here that is bf16, and
to be asked for.
"""

from meshgait.recipes.find import ALL_RECIPES, RECIPES, find_recipe
from meshgait.recipes.schedules import Published
from meshgait.recipes.shrink import shrink

__all__ = ["ALL_RECIPES", "RECIPES", "Published", "find_recipe", "shrink"]
