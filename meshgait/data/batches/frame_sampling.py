"""Which frames of a sequence a network is trained on: one frozen record for each way to choose.

Each is called with the number of frames there are and a random generator and gives indices.
`N` frames are asked for; sequences of any length, down to one frame, are served.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from meshgait.errors import ConfigError


class FrameSampling(ABC):
    """A way to choose frames."""

    @abstractmethod
    def __call__(self, length: int, generator: np.random.Generator) -> Int[np.ndarray, " N"]:
        """Indices into a sequence of `length` frames."""


@dataclass(frozen=True)
class UnorderedFrames(FrameSampling):
    """`frames` different frames in random order, repeated only if there are too few (GaitSet)."""

    frames: int = 30

    def __post_init__(self) -> None:
        _require_positive(self.frames)

    def __call__(self, length: int, generator: np.random.Generator) -> Int[np.ndarray, " N"]:
        """Indices in random order."""
        return generator.choice(length, self.frames, replace=length < self.frames)


@dataclass(frozen=True)
class VaryingFrames(FrameSampling):
    """As `UnorderedFrames`, each clip with another number of frames, `least` to `most`."""

    least: int = 10
    most: int = 50

    def __post_init__(self) -> None:
        _require_positive(self.least)
        if self.most < self.least:
            raise ConfigError(f"most must be {self.least} or more, got {self.most}")

    def __call__(self, length: int, generator: np.random.Generator) -> Int[np.ndarray, " N"]:
        """Indices in random order."""
        frames = int(generator.integers(self.least, self.most + 1))
        return UnorderedFrames(frames)(length, generator)


@dataclass(frozen=True)
class OrderedFrames(FrameSampling):
    """A random window of `frames + skip` frames without `skip` of them, in order (GaitPart).

    Sequences shorter than the window go round and round.
    """

    frames: int = 30
    skip: int = 0

    def __post_init__(self) -> None:
        _require_positive(self.frames)
        if self.skip < 0:
            raise ConfigError(f"skip must be 0 or more, got {self.skip}")

    def __call__(self, length: int, generator: np.random.Generator) -> Int[np.ndarray, " N"]:
        """Indices in order, but for the jump from the last frame to the first."""
        window = self.frames + self.skip
        indices = np.tile(np.arange(length), -(-window // length))
        start = generator.integers(0, len(indices) - window + 1)
        kept = np.sort(generator.choice(window, self.frames, replace=False))
        return indices[start + kept]


@dataclass(frozen=True)
class ContinuousFrames(FrameSampling):
    """A random window of `frames` frames that never jumps back: short sequences slow down.

    MTSGait's non-cyclic continuous sampling: 4 frames become 10 as 0001112233.
    """

    frames: int = 30

    def __post_init__(self) -> None:
        _require_positive(self.frames)

    def __call__(self, length: int, generator: np.random.Generator) -> Int[np.ndarray, " N"]:
        """Indices that never fall."""
        if length > self.frames:
            return generator.integers(0, length - self.frames + 1) + np.arange(self.frames)
        return np.sort(np.arange(self.frames) % length)


@dataclass(frozen=True)
class AllFrames(FrameSampling):
    """Every frame in order, up to the first `limit`: what networks are tested on."""

    limit: int = 720

    def __post_init__(self) -> None:
        _require_positive(self.limit)

    def __call__(self, length: int, generator: np.random.Generator) -> Int[np.ndarray, " N"]:
        """Indices in order."""
        return np.arange(min(length, self.limit))


def _require_positive(frames: int) -> None:
    if frames < 1:
        raise ConfigError(f"at least one frame must be chosen, got {frames}")
