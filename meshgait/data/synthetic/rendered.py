"""People's clips that are rendered once and then cached, whoever it is that walks in them."""

from __future__ import annotations

import hashlib
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from meshgait._optional import require
from meshgait.body import Body
from meshgait.data.processes import processes
from meshgait.data.protocols.protocol import Protocol
from meshgait.data.store.read import Store
from meshgait.data.store.write import write_store
from meshgait.data.synthetic.render_clip import GENERATOR, Clip, WildConfig, dressed, render_clip
from meshgait.errors import ConfigError, DataError
from meshgait.files.storage import cache_dir
from meshgait.mesh import Mesh
from meshgait.numerics import made_once
from meshgait.sequence.sequence import GaitSequence, Record

SPLITS = ("train", "test")
_PEOPLE_PER_SHARD = 8

Draw = Callable[[int, int], Clip]  # person, number of the clip


class RenderedGait(ABC):
    """`config.clips` clips of each person of a split, in a folder that is named by its content.

    An entry is a `GaitSequence` with `silhouette` (T, H, W), 0 or 255, and `smpl` (T, 85), noisy
    estimates of camera, pose and shape.
    """

    title: str

    def __init__(
        self, split: str, seed: int, config: WildConfig, cache: str | Path | None, progress: bool
    ) -> None:
        if split not in SPLITS:
            raise ConfigError(f"split must be one of {', '.join(SPLITS)}, got {split!r}")
        if seed < 0:
            raise ConfigError(f"needed is a seed of 0 or more, got {seed}")
        self.split, self.seed, self.config = split, seed, config
        folder = Path(cache) if cache is not None else cache_dir() / "synthetic"
        self.folder = folder / f"{self._label()}-{self.fingerprint[:12]}"
        self.store = self._open(progress)

    @abstractmethod
    def _label(self) -> str:
        """The beginning of the folder's name."""

    @abstractmethod
    def _content(self) -> Any:
        """What decides the content beside the generator, the settings and the body."""

    @abstractmethod
    def _count(self) -> int:
        """How many people there are; asked for only when clips are made."""

    @abstractmethod
    def _drawer(self, people: range) -> Draw:
        """What draws the clips of these people, in another process perhaps."""

    def __len__(self) -> int:
        return len(self.store)

    def __getitem__(self, index: int) -> GaitSequence:
        return self.store[index]

    def prefetch(self, indices: Sequence[int], modalities: Sequence[str]) -> None:
        """See `Store.prefetch`."""
        self.store.prefetch(indices, modalities)

    @property
    def records(self) -> list[Record]:
        """Who, under which condition and from where, for every clip."""
        return self.store.records

    @cached_property
    def fingerprint(self) -> str:
        """Names what decides the content: the generator, its settings, the body."""
        body = embedded().layer
        settings = asdict(self.config)
        for extra in ("lidar", "flow", "front"):
            if not settings[extra]:  # clips without it are what they were before there was any
                del settings[extra]
        words = (GENERATOR, settings, *([self._content()] if self._content() else []))
        digest = hashlib.sha256(repr(words).encode())
        for array in (body.v_template, body.shapedirs, body.posedirs, body.lbs_weights):
            digest.update(array.numpy().tobytes())
        return digest.hexdigest()

    @property
    def protocol(self) -> Protocol:
        """One clip of each person, drawn by the seed, is the probe; the others are the gallery."""
        return self.draw_protocol(0)

    @abstractmethod
    def draw_protocol(self, draw: int) -> Protocol:
        """The same with other probes; draw 0 is `protocol`."""

    def clip(self, index: int) -> Clip:
        """Clip `index` as it was before it was rendered."""
        person, number = divmod(index, self.config.clips)
        return self._drawer(range(person, person + 1))(person, number)

    def mesh(self, index: int) -> Mesh:
        """The dressed walker of clip `index`, one mesh for every frame."""
        return dressed(embedded(), self.clip(index))

    def _open(self, progress: bool) -> Store:
        try:
            return Store(self.folder, verify=True)
        except DataError as error:
            if (self.folder / "store.json").exists():
                warnings.warn(f"{error}; what is damaged is made anew", stacklevel=4)
        require("cv2", extra="data")  # here, not in every process
        people = range(self._count())
        groups = [people[i : i + _PEOPLE_PER_SHARD] for i in people[::_PEOPLE_PER_SHARD]]
        shards = [partial(_film, self._drawer(group), group, self.config) for group in groups]
        bar = tqdm(
            total=len(shards), desc=f"{self.title} {self.split}", disable=None if progress else True
        )
        with bar, processes(len(shards)) as pool:
            return write_store(
                self.folder,
                shards,
                fingerprint=self.fingerprint,
                progress=lambda shard: bar.update(),
                pool=pool,
            )


def _film(draw: Draw, people: range, config: WildConfig) -> list[GaitSequence]:
    return [
        render_clip(embedded(), draw(person, clip), config)
        for person in people
        for clip in range(config.clips)
    ]


@made_once(maxsize=1)
def embedded() -> Body:
    """The body that all walkers have."""
    return Body.embedded()
