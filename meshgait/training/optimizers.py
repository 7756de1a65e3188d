"""Optimisers with their settings, as data."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from meshgait.errors import ConfigError


def _require_rates(lr: float, weight_decay: float) -> None:
    if not 0 < lr < math.inf:
        raise ConfigError(f"lr must be above 0 and finite, got {lr}")
    if not 0 <= weight_decay < math.inf:
        raise ConfigError(f"weight_decay must be 0 or more and finite, got {weight_decay}")


class OptimizerRecipe(ABC):
    """A kind of optimiser with its settings."""

    @abstractmethod
    def __call__(self, parameters: Sequence[nn.Parameter]) -> torch.optim.Optimizer:
        """The optimiser of these parameters."""


@dataclass(frozen=True)
class Adam(OptimizerRecipe):
    """Adam with the L2 penalty added to the gradient."""

    lr: float = 1e-3
    weight_decay: float = 5e-4

    def __post_init__(self) -> None:
        _require_rates(self.lr, self.weight_decay)

    def __call__(self, parameters: Sequence[nn.Parameter]) -> torch.optim.Optimizer:
        """The optimiser of these parameters."""
        return torch.optim.Adam(parameters, lr=self.lr, weight_decay=self.weight_decay, fused=True)


@dataclass(frozen=True)
class AdamW(OptimizerRecipe):
    """Adam whose weights decay apart from the gradient."""

    lr: float = 1e-3
    weight_decay: float = 1e-2

    def __post_init__(self) -> None:
        _require_rates(self.lr, self.weight_decay)

    def __call__(self, parameters: Sequence[nn.Parameter]) -> torch.optim.Optimizer:
        """The optimiser of these parameters."""
        return torch.optim.AdamW(parameters, lr=self.lr, weight_decay=self.weight_decay)


@dataclass(frozen=True)
class Sgd(OptimizerRecipe):
    """Stochastic gradient descent with momentum."""

    lr: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 5e-4

    def __post_init__(self) -> None:
        _require_rates(self.lr, self.weight_decay)
        if not 0 <= self.momentum < 1:
            raise ConfigError(f"momentum must be 0 or more and below 1, got {self.momentum}")

    def __call__(self, parameters: Sequence[nn.Parameter]) -> torch.optim.Optimizer:
        """The optimiser of these parameters."""
        return torch.optim.SGD(
            parameters, lr=self.lr, momentum=self.momentum, weight_decay=self.weight_decay
        )
