"""The rows of a benchmark, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

import meshgait.models
from meshgait.benchmark.budget import Budget, InputMode
from meshgait.benchmark.leaks import embed_betas, embed_joint_angles
from meshgait.data import Augmentation, ContinuousFrames, OrderedFrames, SequenceDataset
from meshgait.errors import ConfigError
from meshgait.evaluation import Embeddings
from meshgait.recipes import RECIPES
from meshgait.training.criterion import Loss


@dataclass(frozen=True)
class Method:
    """A row: a network of `meshgait.models` with changes to its Config, or a function of the data.

    A network without weights is not trained. `input_mode` says which frames it is trained on,
    `augment` what is done to its clips in training, one after another.
    """

    name: str
    model: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    input_mode: InputMode = "set"
    loss: Loss = Loss({"triplet": 1, "neck": 1})
    augment: tuple[Augmentation, ...] = ()
    embed: Callable[[SequenceDataset], Embeddings] | None = None
    note: str = ""

    @property
    def model_type(self) -> Any:
        """The network's class; `ConfigError` when this version has none of the name."""
        found = getattr(meshgait.models, self.model, None)
        if found is None:
            raise ConfigError(f"there is no model {self.model!r} in this version")
        return found

    def build(self, budget: Budget) -> Any:
        """The network, as wide as the budget says; its weights come from torch's random state."""
        changes = dict(self.config)
        known = {option.name for option in fields(self.model_type.Config)}
        if "width" in known:
            changes.setdefault("width", budget.width)
        wrong = sorted(changes.keys() - known)
        if wrong:
            raise ConfigError(f"{self.model} has no option {wrong[0]!r}, only {', '.join(known)}")
        return self.model_type(self.model_type.Config(**changes))


NEAREST = (
    Method("betas", embed=embed_betas, note="leak check: mean of the shape estimates alone"),
    Method("joint angles", embed=embed_joint_angles, note="leak check: joint angles alone"),
    Method("GEI", "GEI"),
    Method("CGI", "CGI"),
)
"""Rows that nobody trains: nearest neighbours."""

# What the published recipe of a network does not tell. GaitGraph2 learns on fewer channels than it
# is compared by, so nothing but a contrastive loss fits it.
_SPECIAL: dict[str, dict[str, Any]] = {
    "GaitGraph2": {"loss": Loss({"contrast": 1}, temperature=0.07, base=0.07)},
    **{
        name: {"input_mode": "body"}
        for name in ("FusionGait", "MeshNet", "PointNet", "SkeletonGCN")
    },
}


def _input_mode(model: str) -> InputMode:
    """As the network was published."""
    frames = [recipe.recipe.frames for recipe in RECIPES.values() if recipe.model == model]
    in_a_row = any(isinstance(kind, OrderedFrames | ContinuousFrames) for kind in frames)
    return "motion" if in_a_row else "set"


def all_methods() -> tuple[Method, ...]:
    """The nearest neighbours, then every network of the zoo."""
    named = {method.name for method in NEAREST}
    zoo = (
        Method(name, name, **{"input_mode": _input_mode(name), **_SPECIAL.get(name, {})})
        for name in meshgait.models.networks()
        if name not in named and hasattr(getattr(meshgait.models, name), "inputs")
    )
    return (*NEAREST, *zoo)


def find_methods(names: Sequence[str], known: Sequence[Method]) -> tuple[Method, ...]:
    """The rows of these names; `ConfigError` names the nearest one."""
    by_name = {method.name.lower(): method for method in known}
    for name in names:
        if name.lower() not in by_name:
            near = get_close_matches(name.lower(), by_name, n=1, cutoff=0)
            have = ", ".join(method.name for method in known)
            raise ConfigError(
                f"there is no method {name!r}; did you mean {by_name[near[0]].name!r}? "
                f"(There are {have}.)"
            )
    return tuple(by_name[name.lower()] for name in dict.fromkeys(names))
