"""Silhouettes of a clip from where no camera stood, drawn from its estimated bodies."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch

from meshgait.body import Body
from meshgait.body.smpl_row import CAMERA, POSE
from meshgait.data.batches.augment import Augmentation, require_chance
from meshgait.errors import DataError
from meshgait.modalities import normalized_coverage
from meshgait.rotation import axis_angle_to_matrix, matrix_to_axis_angle
from meshgait.sequence.sequence import GaitSequence


@dataclass(frozen=True)
class OtherView(Augmentation):
    """With probability `chance`, walk the camera around the person by one of `azimuth_deg`.

    `silhouette` becomes that of the naked estimated body without perspective, and the root in
    `smpl` turns along. The way is around the camera's vertical, as if it looked straight ahead.
    """

    chance: float = 0.2
    azimuth_deg: tuple[float, float] = (0.0, 360.0)

    def __post_init__(self) -> None:
        require_chance(self.chance)

    def __call__(self, clip: GaitSequence, generator: np.random.Generator) -> GaitSequence:
        """The clip, or the same walk from elsewhere."""
        if clip.frames.keys() != {"silhouette", "smpl"}:
            raise DataError(
                "another view is drawn for clips of silhouette and smpl, not of "
                f"{', '.join(sorted(clip.frames))}; train without it (--recipe.augment=[])"
            )
        if generator.random() >= self.chance:
            return clip
        # Around y, which points down: a camera that goes to the walker's left sees them turn so.
        turn = torch.tensor([0.0, math.radians(generator.uniform(*self.azimuth_deg)), 0.0])
        smpl = clip.frames["smpl"].copy()
        root = axis_angle_to_matrix(torch.from_numpy(smpl[:, CAMERA : CAMERA + 3]))
        turned = matrix_to_axis_angle(axis_angle_to_matrix(turn.to(root)) @ root)
        smpl[:, CAMERA : CAMERA + 3] = turned.numpy()
        size = clip.frames["silhouette"].shape[-2:]
        return replace(clip, frames={"silhouette": draw_bodies(smpl, size), "smpl": smpl})


@torch.no_grad()
def draw_bodies(smpl: np.ndarray, size: tuple[int, int] = (64, 44)) -> np.ndarray:
    """Silhouettes, bytes 0 or 255, of the bodies (T, 85) that an estimator saw."""
    body = torch.from_numpy(np.asarray(smpl, np.float32))
    mesh = _body()(pose=body[:, CAMERA : CAMERA + POSE], betas=body[:, CAMERA + POSE :])
    image = normalized_coverage(mesh.vertices[..., :2], mesh.faces, size)
    return np.where(image.numpy() > 0.5, np.uint8(255), np.uint8(0))


@lru_cache(maxsize=1)
def _body() -> Body:
    return Body.embedded()
