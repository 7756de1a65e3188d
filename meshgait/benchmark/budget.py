"""What every method of a benchmark gets: data, steps, frames, learning rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from meshgait.data import (
    Augmentation,
    ContinuousFrames,
    FrameSampling,
    SubjectsAndClips,
    UnorderedFrames,
)
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.errors import ConfigError
from meshgait.training.criterion import Loss
from meshgait.training.optimizers import Adam
from meshgait.training.recipe import Precision, Recipe

InputMode = Literal["set", "motion", "body"]
"""Frames of a clip in any order; some in a row; or a long row, as body parameters cost little."""


@dataclass(frozen=True)
class Budget:
    """One data set and one amount of training for all methods, fit for two cores.

    All methods and seeds share the clips. A seed draws the first weights, the batches, and which
    clip of each test person is the probe; seed 0 has the probes of the data's own protocol.

    Every step sees as many images: `batch` with `frames` of each clip, or, for networks that look
    at motion, `motion_batch` with `motion_frames` in a row. Networks that read body parameters
    get `body_frames` in a row of each clip of `batch`. `width` scales all networks' channels.
    `noise_levels` multiply the estimator's noise in the test clips.
    """

    seeds: int = 3
    train_identities: int = 160
    test_identities: int = 80
    steps: int = 1000
    width: float = 0.25
    lr: float = 3e-3
    batch: SubjectsAndClips = SubjectsAndClips(12, 4)
    frames: int = 4
    motion_batch: SubjectsAndClips = SubjectsAndClips(8, 2)
    motion_frames: int = 12
    body_frames: int = 24
    precision: Precision = "fp32"
    noise_levels: tuple[float, ...] = (0.0, 0.5, 1.0, 2.0, 4.0)
    data: WildConfig = WildConfig()

    def __post_init__(self) -> None:
        if self.seeds < 1:
            raise ConfigError(f"seeds must be 1 or more, got {self.seeds}")
        if self.train_identities < 2 or self.test_identities < 2:
            raise ConfigError(
                "train_identities and test_identities must be 2 or more, got "
                f"{self.train_identities} and {self.test_identities}"
            )
        if any(level < 0 for level in self.noise_levels):
            raise ConfigError(f"noise_levels must be 0 or more, got {self.noise_levels}")

    def sampling(self, input_mode: InputMode) -> tuple[SubjectsAndClips, int, FrameSampling]:
        """The batch, how many frames of each clip, and which."""
        batch, frames, kind = {
            "set": (self.batch, self.frames, UnorderedFrames),
            "motion": (self.motion_batch, self.motion_frames, ContinuousFrames),
            "body": (self.batch, self.body_frames, ContinuousFrames),
        }[input_mode]
        return batch, frames, kind(frames)

    def recipe(
        self,
        loss: Loss,
        *,
        input_mode: InputMode = "set",
        augment: tuple[Augmentation, ...] = (),
        seed: int,
    ) -> Recipe:
        """How a network is trained that reads clips in this way.

        The rate rises and falls once, and the weights start fitted to the first batch: without
        both, networks without normalisation learn nothing in so few steps.
        """
        batch, _, frames = self.sampling(input_mode)
        return Recipe(
            steps=self.steps,
            batch=batch,
            frames=frames,
            loss=loss,
            augment=augment,
            optimizer=Adam(lr=self.lr),
            milestones=(),
            one_cycle=True,
            precision=self.precision,
            calibrate=True,
            seed=seed,
            save_every=100,
        )


PRESETS = {
    "wild": Budget(),
    "quick": Budget(
        seeds=2, train_identities=24, test_identities=12, steps=60, width=0.125,
        noise_levels=(0.0, 1.0, 4.0),
    ),
}  # fmt: skip
"""Budgets by name: the benchmark, and a look at all of its parts in minutes."""
