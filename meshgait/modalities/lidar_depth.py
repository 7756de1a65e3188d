"""Images of laser scans, as LidarGait sees them (Shen et al., CVPR 2023), and metric ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from meshgait._optional import require
from meshgait.errors import ConfigError, DataError
from meshgait.numerics import uncompiled

COLUMN_DEG, ROW_DEG = 0.19188, 0.2
"""Steps of azimuth and elevation of the scanner of SUSTech1K: a pixel before the crop."""

LOWEST_DEG, HIGHEST_DEG = -25.0, 15.0
SIDE = 64
METRIC_HEIGHT, METRIC_DEPTH = 2.2, 1.0
"""Metres that a metric image is high, and that lie between its first colour and its last."""

_JET = (
    ((0, 0.35, 0.66, 0.89, 1), (0, 0, 1, 1, 0.5)),
    ((0, 0.125, 0.375, 0.64, 0.91, 1), (0, 0, 1, 1, 0, 0)),
    ((0, 0.11, 0.34, 0.65, 1), (0.5, 1, 1, 0, 0)),
)  # where red, green and blue of matplotlib's "jet" have their corners, and how bright


def depth_image(
    points: Float[Tensor, "*batch N 3"], hit: Bool[Tensor, "*batch N"] | None = None
) -> UInt8[Tensor, "*batch 3 64 64"]:
    """Pictures of scans, coloured by distance, cut and scaled to 64 rows: the published recipe.

    `points` are in the scanner's axes, z up (`LidarScan.local`); `hit` says which are there. A
    pixel is a step of the scanner; colours are "jet" over each frame's own distances, far to near,
    on black. The published recipe paints by matplotlib, whose round markers reach a little beyond
    their pixel; all else is done alike: the last row is lost, cubic scaling, 64 columns around the
    one where half of the light is passed, black where the picture ends. Raises `DataError` for a
    frame that shows nothing.
    """
    return _draw(points, hit, _picture, SIDE)


def metric_depth_image(
    points: Float[Tensor, "*batch N 3"],
    hit: Bool[Tensor, "*batch N"] | None = None,
    *,
    side: int = SIDE,
) -> UInt8[Tensor, "*batch 3 S S"]:
    """Pictures of scans in which a pixel is always as many metres and a colour as many, too.

    Tall people are tall in them, and a leg that is 20 cm behind the other has the same colour in
    every frame and at every distance. The middle is the median of the points, seen from the
    scanner; a point is as large as the steps of the scanner are apart where it is. Black is where
    nothing is; nearer points hide farther ones. Errors as those of `depth_image`.
    """
    if side < 1:
        raise ConfigError(f"side must be 1 pixel or more, got {side}")
    return _draw(points, hit, partial(_metric_picture, side=side), side)


@uncompiled
def _draw(
    points: Tensor, hit: Tensor | None, paint: Callable[[np.ndarray], np.ndarray], side: int
) -> Tensor:
    """A picture of the points of each frame that were hit."""
    frames = points.detach().reshape(-1, *points.shape[-2:]).double().cpu().numpy()
    seen = np.ones(frames.shape[:2], bool) if hit is None else hit.cpu().numpy()
    images = np.zeros((len(frames), 3, side, side), np.uint8)
    for t, kept in enumerate(seen.reshape(frames.shape[:2])):
        if not kept.any():
            raise DataError(f"frame {t} of the scan has no point to draw; leave it out")
        images[t] = paint(frames[t, kept])
    drawn = torch.from_numpy(images).reshape(*points.shape[:-2], 3, side, side)
    return drawn.to(points.device)


def jet(value: Float[np.ndarray, " n"]) -> UInt8[np.ndarray, "n 3"]:
    """Colours of values 0..1 in 256 steps, from blue to red, as matplotlib has them.

    >>> jet(np.array([0.0, 0.5, 1.0])).tolist()
    [[0, 0, 128], [125, 255, 122], [128, 0, 0]]
    """
    step = np.clip((value * 256).astype(int), 0, 255) / 255
    channels = [np.interp(step, at, bright) for at, bright in _JET]
    return np.round(255 * np.stack(channels, axis=-1)).astype(np.uint8)


def _angles(points: Float[np.ndarray, "n 3"]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Azimuth and elevation in degrees, and the horizontal distance."""
    flat = np.hypot(points[:, 0], points[:, 1])
    azimuth = np.rad2deg(np.arctan2(points[:, 1], -points[:, 0]))
    return azimuth, np.rad2deg(np.arctan2(points[:, 2], flat)), flat


def _picture(points: Float[np.ndarray, "n 3"]) -> UInt8[np.ndarray, "3 64 64"]:
    azimuth, elevation, flat = _angles(points)
    kept = (elevation >= LOWEST_DEG) & (elevation <= HIGHEST_DEG)
    azimuth, elevation, flat = azimuth[kept], elevation[kept], flat[kept]
    if not len(flat):
        raise DataError(
            f"no point lies between {LOWEST_DEG} and {HIGHEST_DEG} degrees of elevation; are these "
            "the scanner's axes, z up?"
        )
    near = flat.max() - flat
    color = jet(near / near.max() if near.max() > 0 else near)
    column = np.round((azimuth - azimuth.min()) / COLUMN_DEG).astype(int)
    row = np.round((HIGHEST_DEG - elevation) / ROW_DEG).astype(int)
    canvas = np.zeros((row.max() + 1, column.max() + 1, 3), np.uint8)
    canvas[row, column] = color  # of several in a pixel the last one, as one paints
    canvas = canvas[row.min() : max(row.max(), row.min() + 1)]
    cv2 = require("cv2", extra="data")
    width = max(1, round(canvas.shape[1] * SIDE / canvas.shape[0]))
    scaled = cv2.resize(canvas, (width, SIDE), interpolation=cv2.INTER_CUBIC)
    light = scaled.sum(axis=(0, 2), dtype=np.int64).cumsum()
    middle = int((light > light[-1] / 2).argmax())
    padded = np.pad(scaled, ((0, 0), (SIDE // 2, SIDE // 2), (0, 0)))
    return padded[:, middle : middle + SIDE].transpose(2, 0, 1)


def _metric_picture(points: Float[np.ndarray, "n 3"], *, side: int) -> UInt8[np.ndarray, "3 S S"]:
    azimuth, _, flat = _angles(points)
    middle, distance = np.median(azimuth), np.median(flat)
    turn = np.deg2rad(azimuth - middle)
    across, ahead, up = flat * np.sin(turn), flat * np.cos(turn), points[:, 2]
    pixel = METRIC_HEIGHT / side
    reach = max(0, round((np.deg2rad(ROW_DEG) * distance / pixel - 1) / 2))  # pixels to each side
    color = jet(np.clip(0.5 - (ahead - distance) / METRIC_DEPTH, 0, 1))
    row = np.floor((METRIC_HEIGHT / 2 + (up.min() + up.max()) / 2 - up) / pixel).astype(int)
    column = np.floor(side / 2 + (across - np.median(across)) / pixel).astype(int)
    image = np.zeros((side, side, 3), np.uint8)
    order = np.argsort(-ahead, kind="stable")  # the nearest is painted last, with all its pixels
    around = np.arange(-reach, reach + 1)
    y, x = np.broadcast_arrays(
        row[order, None, None] + around[:, None], column[order, None, None] + around
    )
    inside = (y >= 0) & (y < side) & (x >= 0) & (x < side)
    image[y[inside], x[inside]] = color[order][np.nonzero(inside)[0]]
    return image.transpose(2, 0, 1)
