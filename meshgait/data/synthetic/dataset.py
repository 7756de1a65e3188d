"""SyntheticGait: walkers seen by cameras anywhere, a data set that needs no agreement.

The protocol is that of Gait3D: people of training and test are different, one clip of each test
person is searched for among all others, whatever the camera, the route and what they carry.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Literal

from tqdm import tqdm

from meshgait._optional import require
from meshgait.body import Body
from meshgait.data.processes import processes
from meshgait.data.protocols.protocol import Protocol
from meshgait.data.store.read import Store
from meshgait.data.store.write import write_store
from meshgait.data.synthetic.render_clip import (
    GENERATOR,
    Clip,
    WildConfig,
    draw_clip,
    dressed,
    render_clip,
)
from meshgait.errors import ConfigError, DataError
from meshgait.files.storage import cache_dir
from meshgait.mesh import Mesh
from meshgait.numerics import stream
from meshgait.sequence.sequence import GaitSequence, Record

SPLITS = ("train", "test")
_PEOPLE_PER_SHARD = 8


class SyntheticGait:
    """`identities` people of a split with `config.clips` clips each, made once and then cached.

    An entry is a `GaitSequence` with `silhouette` (T, H, W), 0 or 255, and `smpl` (T, 85), noisy
    estimates of camera, pose and shape. The same seed gives the same clips on every machine, up
    to rounding: single pixels at the edge, 1e-5 in `smpl`. `cache` is a folder; without it
    `meshgait.files.storage.cache_dir()`.

    >>> people = SyntheticGait(split="test", identities=2, seed=7)  # doctest: +SKIP
    >>> people[0].frames["silhouette"].shape  # doctest: +SKIP
    (40, 64, 44)
    """

    def __init__(
        self,
        split: Literal["train", "test"] = "train",
        *,
        identities: int = 200,
        seed: int = 0,
        config: WildConfig = WildConfig(),
        cache: str | Path | None = None,
        progress: bool = True,
    ) -> None:
        if split not in SPLITS:
            raise ConfigError(f"split must be one of {', '.join(SPLITS)}, got {split!r}")
        if identities < 1 or seed < 0:
            raise ConfigError(
                f"needed are a person or more and a seed of 0 or more, got {identities} and {seed}"
            )
        self.split, self.identities, self.seed, self.config = split, identities, seed, config
        folder = Path(cache) if cache is not None else cache_dir() / "synthetic"
        self.folder = folder / f"{split}-{identities}-{seed}-{self.fingerprint[:12]}"
        self.store = self._open(progress)

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
        body = _body().layer
        digest = hashlib.sha256(repr((GENERATOR, asdict(self.config))).encode())
        for array in (body.v_template, body.shapedirs, body.posedirs, body.lbs_weights):
            digest.update(array.numpy().tobytes())
        return digest.hexdigest()

    @property
    def protocol(self) -> Protocol:
        """One clip of each person, drawn by the seed, is the probe; the others are the gallery."""
        return self.draw_protocol(0)

    def draw_protocol(self, draw: int) -> Protocol:
        """The same with other probes; draw 0 is `protocol`."""
        generator = stream("probes", self.seed, draw)
        chosen = generator.integers(self.config.clips, size=self.identities)
        records = self.records
        names = {records[i * self.config.clips + c].name for i, c in enumerate(chosen)}
        return Protocol(name=f"SyntheticGait-Wild ({self.split})", probes=frozenset(names))

    def clip(self, index: int) -> Clip:
        """Clip `index` as it was before it was rendered."""
        return self._draw(*divmod(index, self.config.clips))

    def mesh(self, index: int) -> Mesh:
        """The dressed walker of clip `index`, one mesh for every frame."""
        return dressed(_body(), self.clip(index))

    def _draw(self, person: int, clip: int) -> Clip:
        return _draw(self.split, self.seed, person, clip, self.config)

    def _open(self, progress: bool) -> Store:
        try:
            return Store(self.folder, verify=True)
        except DataError as error:
            if (self.folder / "store.json").exists():
                warnings.warn(f"{error}; what is damaged is made anew", stacklevel=3)
        require("cv2", extra="data")  # here, not in every process
        people = range(self.identities)
        groups = [people[i : i + _PEOPLE_PER_SHARD] for i in people[::_PEOPLE_PER_SHARD]]
        shards = [partial(_film, self.split, self.seed, group, self.config) for group in groups]
        title = f"SyntheticGait {self.split}"
        bar = tqdm(total=len(shards), desc=title, disable=None if progress else True)
        with bar, processes(len(shards)) as pool:
            return write_store(
                self.folder,
                shards,
                fingerprint=self.fingerprint,
                progress=lambda shard: bar.update(),
                pool=pool,
            )


def _draw(split: str, seed: int, person: int, clip: int, config: WildConfig) -> Clip:
    key = (seed, SPLITS.index(split), person)
    return draw_clip(f"{split}{person:05d}", key, clip, _body(), config)


def _film(split: str, seed: int, people: range, config: WildConfig) -> list[GaitSequence]:
    return [
        render_clip(_body(), _draw(split, seed, person, clip, config), config)
        for person in people
        for clip in range(config.clips)
    ]


@lru_cache(maxsize=1)
def _body() -> Body:
    return Body.embedded()
