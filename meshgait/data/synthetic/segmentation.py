"""What a person detector and a segmentation network do to a clean silhouette."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import gaussian_filter


@dataclass(frozen=True)
class SegmentationNoise:
    """How ragged silhouettes get.

    `edge` is the standard deviation of a smooth random field that is added to the coverage (0..1)
    before it is cut at one half, `grain` its scale in pixels; a hole is bitten out of a share
    `holes` of the frames. `SegmentationNoise(0, 1, 0)` leaves clean silhouettes.
    """

    edge: float = 0.25  # how ragged outlines are: deviation of the noise on a coverage of 0 to 1
    grain: float = 1.5  # size of the rags in pixels
    holes: float = 0.05  # share of the frames with a hole


@dataclass(frozen=True)
class Occluder:
    """A rectangle of the picture, in pixels, in which nothing is seen: a shelf, a pillar."""

    left: float
    top: float
    right: float
    bottom: float


def segment(
    coverage: Float[np.ndarray, "T H W"],
    noise: SegmentationNoise,
    generator: np.random.Generator,
) -> Bool[np.ndarray, "T H W"]:
    """Cut the coverage of each frame at one half, as a network would that is not quite sure."""
    frames, height, width = coverage.shape
    blurred = gaussian_filter(coverage, (0, 0.8, 0.8)) if noise.edge else coverage
    field = generator.standard_normal(coverage.shape, dtype=np.float32)
    field = gaussian_filter(field, (0, noise.grain, noise.grain), mode="wrap")
    spread = field.std()
    mask = blurred + (noise.edge / spread if spread else 0) * field > 0.5
    # The field alone must not make a person where there is nothing at all, nor a hole inside.
    mask = (mask & (blurred > 0.05)) | (blurred > 0.95)
    rows, columns = np.mgrid[:height, :width]
    for frame in np.flatnonzero(generator.random(frames) < noise.holes):
        inside = np.argwhere(coverage[frame] > 0.5)
        center = inside[generator.integers(len(inside))] if len(inside) else (0, 0)
        radii = generator.uniform(0.03, 0.08, 2) * height
        hole = ((rows - center[0]) / radii[0]) ** 2 + ((columns - center[1]) / radii[1]) ** 2 < 1
        mask[frame] &= ~hole
    return mask


def occlude(
    mask: Bool[np.ndarray, "T H W"], occluder: Occluder, corner: Float[np.ndarray, "T 2"]
) -> Bool[np.ndarray, "T H W"]:
    """False where the occluder is; `corner` is the (x, y) of each crop's first pixel."""
    _, height, width = mask.shape
    x = corner[:, :1] + np.arange(width) + 0.5
    y = corner[:, 1:] + np.arange(height) + 0.5
    hidden_x = (x >= occluder.left) & (x < occluder.right)
    hidden_y = (y >= occluder.top) & (y < occluder.bottom)
    return mask & ~(hidden_y[:, :, None] & hidden_x[:, None, :])
