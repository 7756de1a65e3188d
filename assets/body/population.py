"""Draw adults: MakeHuman's macro parameters, and what they do to linear images of the mesh.

A shape is the base mesh plus targets, each weighed by the product of hat functions of the labels
in its name. That is linear in the vertices, so it is done on whichever image of them is wanted.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from body.source import Source, read_target

FOLDERS = ("macrodetails", "macrodetails/height", "macrodetails/proportions", "breast")
ADULT = {"young", "old"}
ANCESTRY = ("african", "asian", "caucasian")
# Label -> macro parameter and the value (0, 0.5 or 1) at which it is fully on.
LABELS = {
    "female": ("gender", 0.0),
    "male": ("gender", 1.0),
    "young": ("age", 0.0),
    "old": ("age", 1.0),
    "idealproportions": ("proportions", 1.0),
    "uncommonproportions": ("proportions", 0.0),
} | {
    f"{level}{name}": (name, value)
    for name in ("muscle", "weight", "height", "cup", "firmness")
    for level, value in (("min", 0.0), ("average", 0.5), ("max", 1.0))
}
TWO_ANCHORS = {"gender", "age"}  # these have no middle target
BMI = (23.8, 0.16)  # kg/m2, median and spread of the logarithm: 95 % lie between 17.4 and 32.6
DENSITY = 1000.0  # kg/m3 of a living body
STATURE = {"female": (1.625, 0.068), "male": (1.755, 0.068)}  # metres, mean and deviation

Person = dict[str, float]
Stature = Callable[[Person], float]  # metres
Volume = Callable[[Person], float]  # cubic metres


@dataclass(frozen=True)
class Shapes:
    """The base mesh and the adult targets, or their images under one linear map.

    `base` (R, 3) and `targets` (K, R, 3) in metres; `names` the labels of each target.
    """

    names: list[tuple[str, ...]]
    base: np.ndarray
    targets: np.ndarray

    def under(self, image: Callable[[np.ndarray], np.ndarray]) -> Shapes:
        """What a linear map makes of them all."""
        return Shapes(self.names, image(self.base), np.array([image(t) for t in self.targets]))

    def __call__(self, person: Person) -> np.ndarray:
        """One person's shape (R, 3)."""
        values = label_values(person)
        weights = np.array([math.prod(values[label] for label in name) for name in self.names])
        active = weights > 0
        return self.base + np.tensordot(weights[active], self.targets[active], axes=1)


def read_shapes(source: Source) -> Shapes:
    """All of the source's vertices and the 336 targets of adults."""
    names, targets = [], []
    for path in _adult_files(source.folder / "targets"):
        labels = path.name.removesuffix(".target.gz").split("-")
        names.append(tuple(label for label in labels if label != "universal"))
        offsets = read_target(path, len(source.vertices))
        # The artists' targets are symmetric but for rounding; ours are exactly so.
        targets.append((offsets + offsets[source.mirror] * [-1, 1, 1]) / 2)
    return Shapes(names, source.vertices, np.array(targets))


def _adult_files(targets: Path) -> list[Path]:
    files = [path for folder in FOLDERS for path in sorted((targets / folder).glob("*.target.gz"))]
    return [path for path in files if ADULT & set(path.name.split(".")[0].split("-"))]


def label_values(person: Person) -> dict[str, float]:
    """How much of each label a person has: hat functions around the labels' anchors."""
    values = {name: person[name] for name in ANCESTRY}
    for label, (name, anchor) in LABELS.items():
        width = 1.0 if name in TWO_ANCHORS else 0.5
        values[label] = max(0.0, 1 - abs(person[name] - anchor) / width)
    return values


def average_adult() -> Person:
    """Half woman, half man, of middle age, with the median body mass index of those drawn."""
    person = dict.fromkeys((name for name, _ in LABELS.values()), 0.5)
    person |= dict.fromkeys(ANCESTRY, 1 / 3)
    return person | {"age": 0.3, "weight": 0.73, "muscle": 0.28}


def draw_person(generator: np.random.Generator, shapes: Stature, volume: Volume) -> Person:
    """One adult: sex, age, ancestry and build, then height and weight solved for.

    Statures are those of STATURE; the body mass index is lognormal around BMI. The spreads of the
    other parameters are ours.
    """

    def around(middle: float, deviation: float) -> float:
        return float(np.clip(generator.normal(middle, deviation), 0, 1))

    woman = bool(generator.random() < 0.5)
    femininity = min(abs(float(generator.normal(0, 0.08))), 0.5)
    ancestry = generator.dirichlet(np.ones(len(ANCESTRY)))
    person = {
        "gender": femininity if woman else 1 - femininity,
        "age": float(generator.uniform(0, 0.8)),
        "muscle": around(0.45, 0.2),
        "proportions": around(0.5, 0.2),
        "cup": around(0.5, 0.2),
        "firmness": around(0.5, 0.2),
    } | {name: float(share) for name, share in zip(ANCESTRY, ancestry, strict=True)}
    stature = float(generator.normal(*STATURE["female" if woman else "male"]))
    mass_index = float(np.exp(generator.normal(np.log(BMI[0]), BMI[1])))
    return _with_build(person, stature, mass_index, shapes, volume)


def _with_build(
    person: Person, stature: float, mass_index: float, shapes: Stature, volume: Volume
) -> Person:
    """Solve `weight` and `height` for the body mass index and the stature in metres.

    Between its knots the index is nearly linear in `weight`. Average muscle allows indices of 19 to
    23 only, so a body out of reach is drawn again with less muscle: the thin and the fat are soft.
    """
    while True:
        bodies = [
            with_stature(person | {"weight": weight}, stature, shapes) for weight in (0.0, 0.5, 1.0)
        ]
        indices = [DENSITY * volume(body) / stature**2 for body in bodies]
        if indices[0] <= mass_index <= indices[-1] or person["muscle"] < 0.02:
            weight = float(np.interp(mass_index, indices, (0.0, 0.5, 1.0)))
            return with_stature(person | {"weight": weight}, stature, shapes)
        person = person | {"muscle": person["muscle"] * 0.6}


def with_stature(person: Person, stature: float, measure: Stature) -> Person:
    """The same person as tall as asked.

    Stature is piecewise linear in `height` but for the choice of the lowest vertex.
    """
    knots = np.array([0.0, 0.5, 1.0])
    statures = [measure(person | {"height": float(knot)}) for knot in knots]
    return person | {"height": float(np.interp(stature, statures, knots))}
