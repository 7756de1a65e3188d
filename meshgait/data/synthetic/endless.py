"""Walkers without end, drawn and rendered when they are asked for: to pre-train on."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from meshgait.body import Body
from meshgait.data.synthetic.render_clip import (
    GENERATOR,
    Clip,
    WildConfig,
    draw_clip,
    estimate,
    render_clip,
)
from meshgait.errors import ConfigError
from meshgait.sequence.sequence import GaitSequence, Record

STREAM = 2  # beside the splits of SyntheticGait, 0 and 1: nobody is in two of them

Modality = Literal["silhouette", "smpl"]


class EndlessGait:
    """So many people that training hardly meets anybody twice; nothing is stored.

    `identities` is only how many there are to draw from. An entry is that of `SyntheticGait` with
    the same `config`, and as much a function of seed and index, but its people are in neither
    split. Without "silhouette" in `modalities` nothing is rendered, which is several times as
    fast, and `smpl` has the frames in which the person is not seen, too. `records` name people,
    not conditions and views: those are unknown until a clip is drawn.

    >>> data = EndlessGait(identities=1000, config=WildConfig(frames=(12, 12)))
    >>> data[7999].frames["smpl"].shape[1:]
    (85,)
    """

    def __init__(
        self,
        *,
        identities: int = 10_000,
        seed: int = 0,
        config: WildConfig = WildConfig(),
        modalities: tuple[Modality, ...] = ("silhouette", "smpl"),
    ) -> None:
        if identities < 1 or seed < 0:
            raise ConfigError(
                f"needed are a person or more and a seed of 0 or more, got {identities} and {seed}"
            )
        if not set(modalities) <= {"silhouette", "smpl"} or not modalities:
            raise ConfigError(f"walkers have silhouette and smpl, not {', '.join(modalities)}")
        self.identities, self.seed, self.config = identities, seed, config
        self.modalities = modalities

    def __len__(self) -> int:
        return self.identities * self.config.clips

    @cached_property
    def records(self) -> list[Record]:
        """Who, for every clip."""
        return [
            Record(_name(person), f"clip{clip:02d}", "any")
            for person in range(self.identities)
            for clip in range(self.config.clips)
        ]

    @cached_property
    def fingerprint(self) -> str:
        """Names what decides the content."""
        return repr((GENERATOR, STREAM, self.seed, self.config, self.modalities))

    def clip(self, index: int) -> Clip:
        """Clip `index` before it is rendered."""
        person, number = divmod(range(len(self))[index], self.config.clips)
        key = (self.seed, STREAM, person)
        return draw_clip(_name(person), key, number, self._body, self.config)

    def __getitem__(self, index: int) -> GaitSequence:
        clip = self.clip(index)
        if "silhouette" in self.modalities:
            return render_clip(self._body, clip, self.config).only(self.modalities)
        frames = {"smpl": estimate(self._body, clip, self.config)}
        return GaitSequence(clip.record.subject, clip.record.condition, clip.record.view, frames)

    @cached_property
    def _body(self) -> Body:
        return Body.embedded()


def _name(person: int) -> str:
    return f"endless{person:07d}"
