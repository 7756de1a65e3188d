"""Meaningless inputs of the right shape, to run a network on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

Shape = tuple[int, ...]


def _bytes(*shape: int, high: int = 256) -> Tensor:
    return torch.randint(0, high, shape, dtype=torch.uint8)


_DRAW: dict[str, Callable[[Shape, Shape], Tensor]] = {
    "rgb": lambda frames, size: _bytes(*frames, 3, *size),
    "silhouette": lambda frames, size: _bytes(*frames, *size),
    "pose_heatmap": lambda frames, size: _bytes(*frames, 2, *size),
    "parsing": lambda frames, size: _bytes(*frames, *size, high=12),
    "skeleton2d": lambda frames, _: torch.rand(*frames, 17, 3),
    "skeleton3d": lambda frames, _: torch.randn(*frames, 24, 3),
    "smpl": lambda frames, _: torch.randn(*frames, 85),
    "voxels": lambda frames, size: torch.rand(*frames, *size) < 0.5,
}


def random_clips(model: Any, batch: int, frames: int) -> dict[str, Tensor]:
    """Inputs by name, each (`batch`, `frames`, ...), as `model` is configured to take them.

    >>> from meshgait.models import SMPLGait
    >>> {name: tuple(clip.shape) for name, clip in random_clips(SMPLGait(), 2, 5).items()}
    {'silhouette': (2, 5, 64, 44), 'smpl': (2, 5, 85)}
    """
    size = getattr(model.config, "size", ())
    return {name: _DRAW[name]((batch, frames), size) for name in model.inputs}
