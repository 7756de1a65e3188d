"""MotionGait: real motion, filmed anew: any folder of motion capture as a gait data set.

People are those of the folder, with the shape that their bones show; what they wear, the cameras
and what an estimator makes of the picture are SyntheticGait's. A probe is searched for among the
clips of other trials: those of its own show the same steps from elsewhere.
"""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from scipy.spatial.transform import Rotation

from meshgait.data.protocols.protocol import Group, Protocol
from meshgait.data.synthetic.motion_survey import (
    CapturedWalk,
    MotionSurvey,
    motion_files,
    survey_motion,
)
from meshgait.data.synthetic.render_clip import (
    Clip,
    WildConfig,
    draw_condition,
    film_walk,
)
from meshgait.data.synthetic.rendered import Draw, RenderedGait, embedded
from meshgait.errors import ConfigError, DataError
from meshgait.modalities import heading
from meshgait.numerics import stream
from meshgait.sequence.sequence import Record
from meshgait.walker import Walk
from meshgait.walker.surface import bumps

_READING = 2  # raise it whenever the same files give other motions


class MotionGait(RenderedGait):
    """`config.clips` clips of everybody who walks in the files below `root`, made once and cached.

    `root` is as `survey_motion` says, for all files that `meshgait.io.read` knows; `fps_in` holds
    for those that do not say their frame rate. Of the people, drawn by the seed, the share `train`
    trains and the others are tested; 0 tests everybody. Every walk is filmed as often as the
    others of its person; a clip is a part of a walk in the length that `config.frames` asks for.

    >>> people = MotionGait("CMU", train=0, split="test")  # doctest: +SKIP
    >>> people.survey.left_out  # doctest: +SKIP
    (LeftOut(path=PosixPath('05/05_01.amc'), reason='makes uneven steps, as in a dance'),)
    """

    title = "MotionGait"

    def __init__(
        self,
        root: str | Path,
        split: Literal["train", "test"] = "train",
        *,
        train: float = 0.5,
        fps_in: float | None = None,
        seed: int = 0,
        config: WildConfig = WildConfig(),
        cache: str | Path | None = None,
        progress: bool = True,
    ) -> None:
        if not 0 <= train <= 1:
            raise ConfigError(f"the share of people that train is from 0 to 1, got {train}")
        self.root, self.train, self.fps_in = Path(root), train, fps_in
        self._progress = progress
        super().__init__(split, seed, config, cache, progress)

    @cached_property
    def survey(self) -> MotionSurvey:
        """Who walks in the folder, and what was left out and why."""
        return survey_motion(
            self.root, fps=self.config.fps, fps_in=self.fps_in, least=self.config.frames[0],
            progress=self._progress,
        )  # fmt: skip

    @property
    def identities(self) -> int:
        """How many people there are in this split."""
        return len(self.store) // self.config.clips

    @cached_property
    def people(self) -> dict[str, list[CapturedWalk]]:
        """The walks of each person of the split."""
        everybody = self.survey.people
        order = stream("motion people", self.seed).permutation(len(everybody))
        count = round(self.train * len(everybody))
        chosen = order[:count] if self.split == "train" else order[count:]
        names = list(everybody)
        return {names[i]: everybody[names[i]] for i in sorted(chosen)}

    def draw_protocol(self, draw: int) -> Protocol:
        """One clip of each person against those of other trials; draw 0 is `protocol`.

        Where somebody has one trial only, the others of that trial stay in the gallery.
        """
        generator, records = stream("probes", self.seed, draw), self.records
        probes, gallery = set(), set()
        for start in range(0, len(records), self.config.clips):
            own = records[start : start + self.config.clips]
            probe = own[int(generator.integers(len(own)))]
            others = [r for r in own if trial_of(r) != trial_of(probe)] or [
                r for r in own if r != probe
            ]
            probes.add(probe.name)
            gallery |= {record.name for record in others}
        return Protocol(
            name=f"MotionGait ({self.split})", probes=frozenset(probes),
            gallery=Group("other trials", names=frozenset(gallery)),
        )  # fmt: skip

    def _label(self) -> str:
        return f"motion-{self.split}-{self.seed}"

    @cached_property
    def _listing(self) -> list[tuple[str, int, int, int]]:
        """Names, sizes and times, that of the system too, which whoever replaces a file cannot set.

        What is made stays on this machine.
        """
        stats = [(path, path.stat()) for path in motion_files(self.root)]
        return [
            (
                path.relative_to(self.root).as_posix(),
                *(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns),
            )
            for path, stat in stats
        ]

    def _content(self) -> Any:
        return (_READING, self.split, self.seed, self.train, self.fps_in, self._listing)

    def _count(self) -> int:
        if not self.people:
            everybody, config = len(self.survey.people), self.config
            why = (
                f"of {everybody} people nobody is left for {self.split} with train={self.train}"
                if everybody
                else f"nobody walks there for {config.frames[0]} frames at {config.fps:g} a second"
            )
            raise DataError(
                f"{self.root}: {why}; meshgait datasets motion {self.root} says who is there"
            )
        return len(self.people)

    def _drawer(self, people: range) -> Draw:
        chosen = list(self.people.items())[people.start : people.stop]
        return partial(_draw, people.start, chosen, self.split, self.seed, self.config)


def trial_of(record: Record) -> str:
    """The file that the walk of a clip is of, without its ending."""
    return record.condition.rsplit(".", maxsplit=1)[0]


def _draw(
    first: int,
    people: list[tuple[str, list[CapturedWalk]]],
    split: str,
    seed: int,
    config: WildConfig,
    person: int,
    number: int,
) -> Clip:
    """Clip `number` of a person: each walk in turn, from a moment that is drawn."""
    subject, walks = people[person - first]
    key = (seed, len(subject), *subject.encode(), number)
    generator = stream("motion clip", *key)
    walk = walks[number % len(walks)]
    most = min(config.frames[1], len(walk.motion))
    frames = int(generator.integers(config.frames[0], most + 1))
    start = int(generator.integers(len(walk.motion) - frames + 1))
    condition = draw_condition(config, generator)
    label = f"{walk.trial}.{condition}{number:02d}"
    steps = _in_front(walk, start, start + frames)
    # Bones tell nothing of the surface, which stays that of the mean person.
    surface = np.zeros(len(bumps(embedded())))
    return film_walk(subject, label, condition, steps, surface, key, generator, config)


def _in_front(walk: CapturedWalk, start: int, end: int) -> Walk:
    """The frames of a walk, in the middle over the origin and facing along z."""
    motion, body, part = walk.motion.cut(start, end), embedded(), walk.part
    _, joints = motion.skeleton(body)
    middle = joints[len(joints) // 2]
    angle = float(heading(torch.from_numpy(middle)))
    turn = Rotation.from_rotvec([0.0, -angle, 0.0]).as_matrix()
    shift = -(turn @ joints[:, 0].mean(axis=0)) * [1.0, 0.0, 1.0]
    phase = np.arange(end - start) / motion.fps * part.cadence / 120
    moved = motion.carried(body, turn, shift)
    return Walk(moved, phase, part.speed, part.step_length, part.cadence)
