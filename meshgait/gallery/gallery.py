"""A gallery: who is enrolled, who it is, who is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
from jaxtyping import Float

from meshgait.errors import ConfigError, DataError, nearest
from meshgait.gallery.file import GalleryFile
from meshgait.gallery.sureness import LEAST_PEOPLE, Sureness
from meshgait.gallery.vectors import vectors_of

NOT_SAID = "not said"


@dataclass(frozen=True)
class Entry:
    """Somebody in a gallery: how many clips, what was agreed to, and since when."""

    name: str
    clips: int
    consent: str
    since: str


@dataclass(frozen=True)
class Match:
    """Somebody who may be it: mean cosine distance over the parts to the nearest clip, 0 to 2."""

    name: str
    distance: float


@dataclass(frozen=True)
class Identification:
    """Who it is: the nearest people, the nearest first.

    `name` is `None` for somebody unknown. `threshold` is the distance from which on people are
    unknown, `fpir` the share of strangers that it lets in. `probability` is that of the first match
    being right, where enough people are enrolled to tell.
    """

    name: str | None
    matches: tuple[Match, ...]
    threshold: float
    fpir: float
    probability: float | None

    def describe(self) -> str:
        """One sentence."""
        first = self.matches[0]
        sure = (
            f"fewer than {LEAST_PEOPLE} people are enrolled, so no probability is given"
            if self.probability is None
            else f"probability {self.probability:.2f}"
        )
        if self.name is not None:
            said = f"{self.name}, at distance {first.distance:.3f}"
        else:
            said = f"unknown: the nearest, {first.name}, is at distance {first.distance:.3f}"
        limit = f"known below {self.threshold:.3f}, to let in {self.fpir:.1%} of strangers"
        return f"{said} ({limit}; {sure})"


class Gallery:
    """Embeddings of one network's clips by name. For research, with the consent of each person.

    Made by `open`; the file can be read by its owner alone.
    """

    def __init__(self, file: GalleryFile, parts: int, channels: int) -> None:
        self.file, self.parts, self.channels = file, parts, channels

    @classmethod
    def open(
        cls, path: str | Path, digest: str, shape: tuple[int, int], *, create: bool = False
    ) -> Gallery:
        """The gallery at `path` of the network with this digest and embedding shape.

        With `create` one is made where there is none. Raises `DataError` for a file that is no
        gallery, or that of another network: distances to its clips would mean nothing.
        """
        path = Path(path)
        if not path.exists() and not create:
            raise DataError(f"there is no gallery {path}; `meshgait enrol` makes one")
        if create and GalleryFile.is_blank(path):
            about = {"network": digest, "parts": shape[0], "channels": shape[1]}
            return cls(GalleryFile.create(path, about), *shape)
        file = GalleryFile.open(path)
        about = file.about()
        if about.get("network") != digest or (about["parts"], about["channels"]) != tuple(shape):
            raise DataError(
                f"{path} was made by another network ({str(about.get('network'))[:12]}, this is "
                f"{digest[:12]}); enrol everybody anew, or give the checkpoint it was made with",
                code="other-network",
            )
        return cls(file, *shape)

    def people(self) -> list[Entry]:
        """Everybody who is enrolled, by name."""
        return people_in(self.file)

    def enrol(
        self,
        name: str,
        values: Float[np.ndarray, "N P C"],
        *,
        sources: Sequence[str],
        consent: str | None = None,
    ) -> list[str]:
        """Add clips of somebody; what is odd about them, as sentences.

        Raises `ConfigError` for an empty name, `DataError` for embeddings that cannot be used.
        """
        if not name.strip():
            raise ConfigError("a person who is enrolled needs a name")
        self._require_shape(values)
        vectors = vectors_of(values)
        day = datetime.now(timezone.utc).date().isoformat()
        added = self.file.add(name, vectors, sources, consent or NOT_SAID, day)
        return [
            f"{source} is nearer to {rival} ({near.other:.3f}) than to other clips of {name} "
            f"({near.own:.3f}); see whether it shows {name}"
            for source, (near, rival) in zip(sources, added, strict=True)
            if near.other < near.own < np.inf
        ]

    def forget(self, name: str) -> int:
        """Remove all clips of somebody; how many there were."""
        return forget(self.file, name)

    def identify(
        self, values: Float[np.ndarray, "P C"], *, fpir: float = 0.01, most: int = 5
    ) -> Identification:
        """Who an embedding is of. Raises `DataError` where fewer than two people are enrolled."""
        if not 0 < fpir < 1:
            raise ConfigError(f"the share of strangers let in is between 0 and 1, got {fpir:g}")
        self._require_shape(values[None])
        probe, names = vectors_of(values[None])[0], [row[0] for row in self.file.rows()]
        if len(set(names)) < 2:
            raise DataError(
                f"{self.file.path} has {len(set(names))} people; two or more must be enrolled to "
                "tell known from unknown"
            )
        blocks = self.file.blocks(len(probe))
        distance = np.concatenate([1 - block @ probe for block in blocks])
        closest: dict[str, float] = {}
        for index in np.argsort(distance, kind="stable"):
            closest.setdefault(names[index], float(distance[index]))
        matches = tuple(Match(name, far) for name, far in list(closest.items())[:most])
        sure = self.sureness(fpir)
        first = matches[0]
        known = first.distance < sure.threshold
        return Identification(
            first.name if known else None, matches, sure.threshold, sure.fpir,
            sure.probability(first.distance),
        )  # fmt: skip

    def sureness(self, fpir: float = 0.01) -> Sureness:
        """What the gallery shows of itself."""
        names, (own, other) = self.file.near()
        return Sureness.learn(own, other, names, fpir)

    def _require_shape(self, values: np.ndarray) -> None:
        if values.shape[1:] != (self.parts, self.channels) or not len(values):
            raise DataError(
                f"embeddings are {values.shape}, those of this gallery (N, {self.parts}, "
                f"{self.channels})"
            )


def people_in(file: GalleryFile) -> list[Entry]:
    """Everybody in a gallery's file, by name, whatever network made it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, _, consent, added in file.rows():
        found.setdefault(name, []).append((consent, added))
    return [
        Entry(
            name, len(rows), "; ".join(dict.fromkeys(c for c, _ in rows)), min(d for _, d in rows)
        )
        for name, rows in sorted(found.items())
    ]


def forget(file: GalleryFile, name: str) -> int:
    """Remove somebody from a gallery's file, whatever network made it."""
    count = file.remove(name)
    if not count:
        known = [entry.name for entry in people_in(file)]
        hint = f"; did you mean {nearest(name, known)!r}?" if known else ""
        raise DataError(f"nobody called {name!r} is in {file.path}{hint}")
    return count
