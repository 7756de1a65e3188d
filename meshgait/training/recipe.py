"""How a network is trained, as data: batches, frames, optimiser, schedule."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import torch

from meshgait.data import Augmentation, FrameSampling, SubjectsAndClips, UnorderedFrames
from meshgait.errors import ConfigError
from meshgait.numerics import Precision
from meshgait.training.criterion import Loss
from meshgait.training.optimizers import Adam, OptimizerRecipe

Metric = Literal["cosine", "euclidean"]
_LEAST = {"steps": 1, "log_every": 1, "save_every": 1, "workers": 0, "validate_every": 0}


@dataclass(frozen=True)
class Recipe:
    """How long and how to train; the defaults are the schedule published for Gait3D."""

    steps: int = 180_000
    batch: SubjectsAndClips = SubjectsAndClips()
    frames: FrameSampling = UnorderedFrames()
    loss: Loss = Loss()
    augment: tuple[Augmentation, ...] = ()  # what is done to each clip, one after another
    optimizer: OptimizerRecipe = Adam()
    milestones: tuple[int, ...] = (30_000, 90_000)  # steps after which the rate falls
    decay: float = 0.1  # what the rate is multiplied by at each milestone
    one_cycle: bool = False  # instead of the milestones, the rate rises and falls once
    cosine_to: float | None = None  # instead, the rate falls along half a cosine to this one
    max_norm: float | None = 10.0  # longest gradient of all weights; None leaves it as it is
    metric: Metric = "cosine"  # distance that the trained network is compared by
    precision: Precision = "fp32"  # "auto" is bf16 where the processor has instructions for it
    compile: bool = False  # by torch.compile, which takes a minute and saves time later
    calibrate: bool = False  # start from weights that fit the first batch (nn.calibrate_)
    seed: int = 0
    workers: int = 0  # processes that read data
    log_every: int = 10  # steps from one line of the log to the next
    save_every: int = 500  # steps from one checkpoint to the next
    validate_every: int = (
        0  # steps between validations; 0 trains on everybody, without a validation
    )
    validate_share: float = 0.1  # share of the people held out for the validation

    def schedule(self, optimizer: torch.optim.Optimizer) -> torch.optim.lr_scheduler.LRScheduler:
        """How the learning rate of `optimizer` changes from step to step."""
        schedules = torch.optim.lr_scheduler
        if self.one_cycle:
            peak = [group["lr"] for group in optimizer.param_groups]
            return schedules.OneCycleLR(optimizer, peak, total_steps=self.steps)
        if self.cosine_to is not None:
            return schedules.CosineAnnealingLR(optimizer, self.steps, self.cosine_to)
        return schedules.MultiStepLR(optimizer, list(self.milestones), self.decay)

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise ConfigError(f"{name} must be {least} or more, got {getattr(self, name)}")
        if not 0 < self.validate_share < 1:
            raise ConfigError(f"validate_share must be between 0 and 1, got {self.validate_share}")
        if not 0 <= self.seed < 2**32:
            raise ConfigError(f"seed must be 0 or more and below 2**32, got {self.seed}")
        if list(self.milestones) != sorted({step for step in self.milestones if step >= 0}):
            raise ConfigError(f"milestones must be steps in rising order, got {self.milestones}")
        if not 0 < self.decay <= 1:
            raise ConfigError(f"decay must be above 0 and at most 1, got {self.decay}")
        self._require_one_schedule()
        if self.max_norm is not None and not self.max_norm > 0:
            raise ConfigError(f"max_norm must be above 0, or None, got {self.max_norm}")
        if self.precision not in get_args(Precision):
            known = ", ".join(get_args(Precision))
            raise ConfigError(f"precision must be one of {known}, got {self.precision!r}")

    def _require_one_schedule(self) -> None:
        if self.milestones and (self.one_cycle or self.cosine_to is not None):
            which = "one_cycle" if self.one_cycle else "cosine_to"
            raise ConfigError(f"{which} has no milestones, got {self.milestones}")
        if self.cosine_to is not None and (self.one_cycle or not 0 <= self.cosine_to < math.inf):
            raise ConfigError(
                f"cosine_to must be a rate of 0 or more, and one_cycle off, got {self.cosine_to}"
            )
