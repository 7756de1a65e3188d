"""Meaningless inputs of the right shape, to run a network on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from meshgait.errors import ConfigError, DataError
from meshgait.nn import Network
from meshgait.nn.graph import COCO_JOINTS

Shape = tuple[int, ...]
Clip = Mapping[str, np.ndarray]
SIZE = (64, 44)
POINTS = 256


def _bytes(*shape: int, high: int = 256) -> Tensor:
    return torch.randint(0, high, shape, dtype=torch.uint8)


def _cloud(frames: Shape, _: Shape) -> Tensor:
    return torch.rand(*frames, POINTS, 3) * torch.tensor([0.6, 0.6, 1.8])  # metres, z up


_DRAW: dict[str, Callable[[Shape, Shape], Tensor]] = {
    "rgb": lambda frames, size: _bytes(*frames, 3, *size),
    "silhouette": lambda frames, size: _bytes(*frames, *size),
    "pose_heatmap": lambda frames, size: _bytes(*frames, 2, *size),
    "parsing": lambda frames, size: _bytes(*frames, *size, high=12),
    "skeleton2d": lambda frames, size: torch.rand(*frames, *size),
    "skeleton3d": lambda frames, _: torch.randn(*frames, 24, 3),
    "smpl": lambda frames, _: torch.randn(*frames, 85),
    "points": _cloud,
    "depth_image": lambda frames, size: _bytes(*frames, 3, *size),
    "flow": lambda frames, size: _bytes(*frames, 3, *size),
    "smpl_silhouette": lambda frames, size: _bytes(*frames, *size, high=2),
    "voxels": lambda frames, size: torch.rand(*frames, *size) < 0.5,
}


def random_clips(
    model: Network, batch: int, frames: int, like: Clip | None = None
) -> dict[str, Tensor]:
    """Inputs by name, each (`batch`, `frames`, ...), as `model` is configured to take them.

    Images are of the `size` in its `config`, 64 x 44 where there is none, skeletons of its
    `joints`, else 17. `like` holds the frames
    of a clip (T, ...) by modality, whose frames, drawn at random, are given instead: for other
    sizes, and for modalities of your own, of which nothing else is known (`ConfigError`).

    >>> from meshgait.models import SMPLGait
    >>> {name: tuple(clip.shape) for name, clip in random_clips(SMPLGait(), 2, 5).items()}
    {'silhouette': (2, 5, 64, 44), 'smpl': (2, 5, 85)}
    """
    if like is not None:
        return {name: _pick(like, name, batch, frames) for name in model.inputs}
    unknown = [name for name in model.inputs if name not in _DRAW]
    if unknown:
        raise ConfigError(
            f"what {unknown[0]} looks like is not known here; give a clip that has it "
            "(like=..., on the command line --clip)"
        )
    size, skeleton = _setting(model, "size", SIZE), (_setting(model, "joints", COCO_JOINTS), 3)
    return {
        name: _DRAW[name]((batch, frames), skeleton if name == "skeleton2d" else size)
        for name in model.inputs
    }


def _setting(model: Network, name: str, usual: Any) -> Any:
    config = getattr(model, "config", None)
    return config.get(name, usual) if isinstance(config, dict) else getattr(config, name, usual)


def _pick(clip: Clip, name: str, batch: int, frames: int) -> Tensor:
    if name not in clip:
        raise DataError(f"the clip has no {name}, only {', '.join(clip)}")
    array = torch.from_numpy(np.array(clip[name]))
    return array[torch.randint(len(array), (batch, frames))]
