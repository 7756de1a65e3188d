"""What every method of a benchmark gets: data, steps, frames, learning rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from meshgait.data import (
    Augmentation,
    ContinuousFrames,
    FrameSampling,
    SubjectsAndClips,
    UnorderedFrames,
)
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.errors import ConfigError
from meshgait.numerics import Precision
from meshgait.training.criterion import Loss
from meshgait.training.optimizers import Adam
from meshgait.training.recipe import Recipe

InputMode = Literal["set", "motion"]
"""Frames of a clip in any order, or in a row."""


@runtime_checkable
class Trained(Protocol):
    """What a budget must know of a method."""

    @property
    def input_mode(self) -> InputMode:
        """Which frames it looks at."""

    @property
    def loss(self) -> Loss:
        """What it is trained by."""

    @property
    def augment(self) -> tuple[Augmentation, ...]:
        """What is done to its clips."""


@dataclass(frozen=True)
class Budget:
    """The data and the amount of training, the same for all methods.

    A data seed draws people and clips, a training seed first weights and batches; every method is
    trained with all pairs of the two, which count from `seed` on. Every network sees `frames` of
    each clip of every batch, in a row if it looks at motion. `width` scales all networks' channels.
    `noise_levels` multiply the errors of pose in the estimates of the test clips.
    """

    data_seeds: int = 3
    seeds: int = 3
    seed: int = 0  # first seed of the walkers and of the training
    train_identities: int = 400
    test_identities: int = 400
    steps: int = 3000
    width: float = 0.25  # width of every network, 1 as published; channels are multiplied by it
    lr: float = 3e-3
    batch: SubjectsAndClips = SubjectsAndClips(8, 4)
    frames: int = 8  # how many of each clip a training step sees
    precision: Precision = "fp32"
    # what multiplies the errors of pose in the test clips
    noise_levels: tuple[float, ...] = (0.0, 1.0, 2.0)
    data: WildConfig = WildConfig()

    def __post_init__(self) -> None:
        if self.seeds < 1 or self.data_seeds < 1:
            raise ConfigError(
                f"seeds must be 1 or more, got {self.data_seeds} of data, {self.seeds} of training"
            )
        if self.seed < 0:
            raise ConfigError(f"seed must be 0 or more, got {self.seed}")
        if self.train_identities < 2 or self.test_identities < 2:
            raise ConfigError(
                "train_identities and test_identities must be 2 or more, got "
                f"{self.train_identities} and {self.test_identities}"
            )
        if any(level < 0 for level in self.noise_levels):
            raise ConfigError(f"noise_levels must be 0 or more, got {self.noise_levels}")

    def sampling(self, input_mode: InputMode) -> FrameSampling:
        """Which frames of each clip are learnt from."""
        return {"set": UnorderedFrames, "motion": ContinuousFrames}[input_mode](self.frames)

    def recipe(self, method: Trained, *, seed: int) -> Recipe:
        """How a method's network is trained.

        The rate rises and falls once, and the weights start fitted to the first batch: without
        both, networks without normalisation learn nothing in so few steps.
        """
        return Recipe(
            steps=self.steps,
            batch=self.batch,
            frames=self.sampling(method.input_mode),
            loss=method.loss,
            augment=method.augment,
            optimizer=Adam(lr=self.lr),
            milestones=(),
            one_cycle=True,
            precision=self.precision,
            calibrate=True,
            seed=seed,
            save_every=100,
        )


PRESETS = {
    "full": Budget(),
    "quick": Budget(
        data_seeds=1, seeds=2, train_identities=64, test_identities=48, steps=150, width=0.125,
        noise_levels=(1.0,),
    ),
}  # fmt: skip
"""Budgets by name: a night on two cores or an hour on a GPU, and minutes."""
