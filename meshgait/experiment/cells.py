"""One cell of an experiment: a training and a test, named by what they are made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from meshgait._version import __version__
from meshgait.data import Protocol, SequenceDataset
from meshgait.data.batches import SomeSequences
from meshgait.data.protocols.files import protocol_to_plain
from meshgait.errors import ConfigError
from meshgait.training.recipe import Recipe

_NO_MATTER = ("workers", "log_every", "save_every")  # to what a training gives


@dataclass(frozen=True, eq=False)
class Domain:
    """A data set to learn from and to be tested on."""

    name: str
    train: SequenceDataset
    test: SequenceDataset
    protocol: Protocol


@dataclass(frozen=True, eq=False)
class Training:
    """A network, how and on what it is trained."""

    model: Any
    config: Any
    recipe: Recipe
    data: SequenceDataset

    def made_of(self) -> dict[str, Any]:
        """What decides the result, as text and numbers."""
        recipe = {field.name: repr(getattr(self.recipe, field.name)) for field in fields(Recipe)}
        return {
            "version": __version__,
            "model": self.model.__name__,
            "config": repr(self.config),
            "recipe": {name: text for name, text in recipe.items() if name not in _NO_MATTER},
            "train": digest(self.data),
        }


@dataclass(frozen=True, eq=False)
class Cell:
    """A trained network tested: under `series` and at `x` of a diagram.

    Of every test sequence the first `limit` frames are seen.
    """

    series: str
    x: int | str
    training: Training
    domain: Domain
    limit: int = 720

    def made_of(self) -> dict[str, Any]:
        """What decides the scores."""
        return {
            "training": self.training.made_of(),
            "test": digest(self.domain.test),
            "protocol": protocol_to_plain(self.domain.protocol),
            "limit": self.limit,
        }


def key(made_of: dict[str, Any]) -> str:
    """A name for what something is made of."""
    text = json.dumps(made_of, sort_keys=True)
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]


def digest(data: SequenceDataset) -> str:
    """A name for the content of a data set: its fingerprint, where it has one, and its records."""
    names = [getattr(data, "fingerprint", ""), *(record.name for record in data.records)]
    return hashlib.sha256("\n".join(names).encode(errors="surrogateescape")).hexdigest()[:16]


class SomePeople(SomeSequences):
    """The sequences of the first `count` people of a data set, in the order of their names."""

    def __init__(self, data: SequenceDataset, count: int) -> None:
        people = sorted({record.subject for record in data.records})
        if not 2 <= count <= len(people):
            raise ConfigError(f"2 to {len(people)} people can be taken, got {count}")
        chosen: Collection[str] = set(people[:count])
        super().__init__(data, np.flatnonzero([r.subject in chosen for r in data.records]))
