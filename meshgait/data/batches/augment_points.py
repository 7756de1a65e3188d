"""Changes of whole point clouds by chance, as LidarGait++ trains with."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from meshgait.data.batches.augment import Augmentation, require_chance
from meshgait.errors import ConfigError, DataError
from meshgait.nn import normalize_points
from meshgait.sequence.sequence import GaitSequence


@dataclass(frozen=True)
class FlipPoints(Augmentation):
    """With probability `chance`, exchange left and right: y of all clouds of a clip."""

    chance: float = 0.15

    def __post_init__(self) -> None:
        require_chance(self.chance)

    def __call__(self, clip: GaitSequence, generator: np.random.Generator) -> GaitSequence:
        """The clip or its mirror image."""
        points = _points_of(clip)
        if generator.random() >= self.chance:
            return clip
        return replace(clip, frames={"points": points * _MIRROR[: points.shape[-1]]})


@dataclass(frozen=True)
class ScalePoints(Augmentation):
    """With probability `chance`, scale each cloud in its unit sphere; heights stay as they are.

    The factors of the frames are drawn between those of `factor`. Clouds in metres (T, N, 3) come
    out as the networks are fed (T, N, 4).
    """

    chance: float = 1.0
    factor: tuple[float, float] = (0.8, 1.25)

    def __post_init__(self) -> None:
        require_chance(self.chance)
        if not 0 < self.factor[0] <= self.factor[1]:
            raise ConfigError(f"factor is least and largest, both above 0, got {self.factor}")

    def __call__(self, clip: GaitSequence, generator: np.random.Generator) -> GaitSequence:
        """The clip with clouds in unit spheres, or as it was."""
        points = _points_of(clip)
        if generator.random() >= self.chance:
            return clip
        if points.shape[-1] == 3:
            points = normalize_points(torch.from_numpy(points)).numpy()
        factor = generator.uniform(*self.factor, (len(points), 1, 1)).astype(points.dtype)
        scaled = np.concatenate([points[..., :3] * factor, points[..., 3:]], axis=-1)
        return replace(clip, frames={"points": scaled})


_MIRROR = np.array([1, -1, 1, 1], np.float32)


def _points_of(clip: GaitSequence) -> np.ndarray:
    others = clip.frames.keys() - {"points"}
    if others or "points" not in clip.frames:
        raise DataError(
            f"this augmentation changes points alone, not {', '.join(sorted(others)) or 'nothing'};"
            " train without it (--recipe.augment=[])"
        )
    return np.array(clip.frames["points"])
