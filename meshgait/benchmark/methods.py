"""The rows of a benchmark, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

import meshgait.models
from meshgait.benchmark.budget import Budget, InputMode
from meshgait.benchmark.discriminants import (
    Describe,
    describe_betas,
    describe_joint_angles,
    describe_joints,
    describe_surface,
)
from meshgait.data import Augmentation, ContinuousFrames, OrderedFrames
from meshgait.errors import ConfigError
from meshgait.recipes import RECIPES
from meshgait.training.criterion import Loss
from meshgait.weights.checkpoint import load_model
from meshgait.weights.shipped import find, shipped_weights


@dataclass(frozen=True)
class Method:
    """A row: a network of `meshgait.models` with changes to its Config, or a discriminant.

    A network without weights is not trained, nor is one that comes with `weights`, the name of
    those that ship with the package. `input_mode` says which frames it is trained on,
    `augment` what is done to its clips in training, one after another. `describe` makes a vector
    of a clip's estimates, of which linear discriminants are learnt. `against` is the row that it is
    compared with.
    """

    name: str
    model: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    input_mode: InputMode = "set"
    loss: Loss = Loss({"triplet": 1, "neck": 0.1})
    augment: tuple[Augmentation, ...] = ()
    describe: Describe | None = None
    against: str = ""
    note: str = ""
    weights: str = ""

    @property
    def stem(self) -> str:
        """The name as part of a file's."""
        return self.name.replace("/", "-").replace(" ", "-")

    @property
    def model_type(self) -> Any:
        """The network's class; `ConfigError` when this version has none of the name."""
        found = getattr(meshgait.models, self.model, None)
        if found is None:
            raise ConfigError(f"there is no model {self.model!r} in this version")
        return found

    def build(self, budget: Budget) -> Any:
        """The network, as wide as the budget says; its weights come from torch's random state."""
        if self.weights:
            return load_model(find(self.weights).folder)
        changes = dict(self.config)
        known = {option.name for option in fields(self.model_type.Config)}
        if "width" in known:
            changes.setdefault("width", budget.width)
        wrong = sorted(changes.keys() - known)
        if wrong:
            raise ConfigError(f"{self.model} has no option {wrong[0]!r}, only {', '.join(known)}")
        return self.model_type(self.model_type.Config(**changes))


DISCRIMINANTS = (
    Method("betas", describe=describe_betas),
    Method("joint angles", describe=describe_joint_angles),
    Method("joints", describe=describe_joints),
    Method("surface points", describe=describe_surface),
)
"""Linear discriminants of what is estimated: a network counts only above them."""

NEAREST = (Method("GEI", "GEI"), Method("CGI", "CGI"))
"""Rows that nobody trains: nearest neighbours."""

# What the published recipe of a network does not tell, and the row to compare with. GaitGraph2
# learns on fewer channels than it is compared by, so nothing but a contrastive loss fits it.
_SPECIAL: dict[str, dict[str, Any]] = {
    "GaitGraph2": {"loss": Loss({"contrast": 1}, temperature=0.07, base=0.07)},
    # Rows of the same silhouettes or bodies, of which one does more.
    "SMPLGait": {"against": "SLN"},
    "MeshNet": {"against": "PointNet"},
    "FusionGait": {"against": "SMPLGait"},
}


def _published(model: str) -> dict[str, Any]:
    """Frames, loss and augmentation as the network was published, as far as that is told."""
    recipes = [recipe.recipe for recipe in RECIPES.values() if recipe.model == model]
    in_a_row = any(isinstance(r.frames, OrderedFrames | ContinuousFrames) for r in recipes)
    found: dict[str, Any] = {"input_mode": "motion" if in_a_row else "set"}
    if recipes:
        found |= {"loss": recipes[0].loss, "augment": recipes[0].augment}
    return found


def all_methods() -> tuple[Method, ...]:
    """The discriminants, the nearest neighbours, then every network of the zoo."""
    named = {method.name for method in NEAREST}
    zoo = (
        Method(name, name, **{**_published(name), **_SPECIAL.get(name, {})})
        for name in meshgait.models.networks()
        if name not in named and hasattr(getattr(meshgait.models, name), "inputs")
    )
    return (*DISCRIMINANTS, *NEAREST, *zoo)


def shipped_methods() -> tuple[Method, ...]:
    """The weights that come with the package, which are scored as they are."""
    note = "weights of the package, learnt before from SyntheticGait's training people"
    return tuple(
        Method(name, each.model, weights=name, note=note)
        for name, each in shipped_weights().items()
    )


SHORT = (
    *(method.name for method in (*DISCRIMINANTS, *NEAREST)),
    "SLN", "SMPLGait", "SkeletonGCN", "PointNet", "MeshNet", "FusionGait",
)  # fmt: skip
"""Names of the rows that say whether bodies help."""


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
