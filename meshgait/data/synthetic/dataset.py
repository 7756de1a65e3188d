"""SyntheticGait: walkers seen by cameras anywhere, a data set that needs no agreement.

The protocol is that of Gait3D: people of training and test are different, one clip of each test
person is searched for among all others, whatever the camera, the route and what they carry.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Literal

from meshgait.data.protocols.protocol import Protocol
from meshgait.data.synthetic.render_clip import Clip, WildConfig, draw_clip
from meshgait.data.synthetic.rendered import SPLITS, Draw, RenderedGait, embedded
from meshgait.errors import ConfigError
from meshgait.numerics import stream


class SyntheticGait(RenderedGait):
    """People of a split (`identities`) with some clips each (`config`), made once and then cached.

    An entry is a `GaitSequence` with `silhouette` (T, H, W), 0 or 255, and `smpl` (T, 85), noisy
    estimates of camera, pose and shape. The same seed gives the same clips on every machine, up
    to rounding: single pixels at the edge, 1e-5 in `smpl`. `cache` is a folder; without it
    `meshgait.files.storage.cache_dir()`.

    >>> people = SyntheticGait(split="test", identities=2, seed=7)  # doctest: +SKIP
    >>> people[0].frames["silhouette"].shape  # doctest: +SKIP
    (40, 64, 44)
    """

    title = "SyntheticGait"

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
        if identities < 1 or seed < 0:
            raise ConfigError(
                f"needed are a person or more and a seed of 0 or more, got {identities} and {seed}"
            )
        self.identities = identities
        super().__init__(split, seed, config, cache, progress)

    def draw_protocol(self, draw: int) -> Protocol:
        """One clip of each person, drawn by the seed, against all others; draw 0 is `protocol`."""
        generator = stream("probes", self.seed, draw)
        chosen = generator.integers(self.config.clips, size=self.identities)
        records = self.records
        names = {records[i * self.config.clips + c].name for i, c in enumerate(chosen)}
        return Protocol(name=f"SyntheticGait-Wild ({self.split})", probes=frozenset(names))

    def _label(self) -> str:
        return f"{self.split}-{self.identities}-{self.seed}"

    def _content(self) -> Any:
        return None

    def _count(self) -> int:
        return self.identities

    def _drawer(self, people: range) -> Draw:
        return partial(_draw, self.split, self.seed, self.config)


def _draw(split: str, seed: int, config: WildConfig, person: int, clip: int) -> Clip:
    key = (seed, SPLITS.index(split), person)
    return draw_clip(f"{split}{person:05d}", key, clip, embedded(), config)
