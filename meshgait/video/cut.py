"""Which frames of a person are whole, why others are not, and whether there are enough."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool

from meshgait.video.rows import Rows

LEAST_FRAMES = 25
SMALL_PX = 60.0
_BORDER, _OVERLAP, _HIDDEN, _SMALL, _NOBODY = (
    "cut by the border of the picture", "overlaps with somebody", "partly hidden",
    f"less than {SMALL_PX:.0f} px high", "hardly anything of the mask is left",
)  # fmt: skip
REASONS = (_BORDER, _OVERLAP, _HIDDEN, _SMALL, _NOBODY)
COVERED = 0.08  # share of a box that may be another's
_SHOWN = 0.5  # visibility of legs, in the mean
_AREA = (0.7, 1.6)  # of the mask, by that which is usual around then
_STEP = 0.12  # of the height: how far apart the ankles of somebody who walks get, seen or in depth
_TOWARDS = 0.35  # of the height that one goes sideways for each height that one grows
_LEGS = slice(25, 33)
_LEAST_S = 1.0
_STRIDES = np.arange(0.5, 1.6, 0.005)  # a second
_UNSURE = 0.02  # of the cadence: its standard error


class Judged(NamedTuple):
    """Whole frames (N,), frames left out by reason, why all are unusable if so, and warnings."""

    whole: Bool[np.ndarray, " N"]
    dropped: dict[str, list[int]]
    unusable: str | None
    warnings: tuple[str, ...]


def judge(rows: Rows, fps: float) -> Judged:
    """Judge all frames of one person."""
    height = rows.box[:, 3] - rows.box[:, 1]
    tests = {
        _BORDER: rows.at_border,
        _OVERLAP: rows.covered > COVERED,
        _SMALL: height < SMALL_PX,
        _NOBODY: ~rows.silhouette.any((1, 2)),
        _HIDDEN: _is_hidden(rows, height, fps),
    }
    whole, dropped = np.ones(len(rows), bool), {}
    for reason in REASONS:
        new = whole & tests[reason]
        if new.any():
            dropped[reason] = rows.frame[new].tolist()
        whole &= ~new
    return Judged(whole, dropped, _unusable(rows, whole, dropped), _warnings(rows, whole))


def _is_hidden(rows: Rows, height: np.ndarray, fps: float) -> Bool[np.ndarray, " N"]:
    """Legs that are not seen, or much less of the person than in most frames."""
    shown = rows.visibility[:, _LEGS].mean(1)
    size = rows.area / np.maximum(height, 1) ** 2
    usual = np.median(size)
    # Feet behind something: the pixels end well above the landmarks of the ankles and the toes.
    below = rows.points[:, _LEGS, 1].max(1) - rows.box[:, 3]
    return (
        (shown < _SHOWN) | (size < _AREA[0] * usual) | (size > _AREA[1] * usual)
        | (below > 0.08 * height)
    )  # fmt: skip


def _unusable(rows: Rows, whole: np.ndarray, dropped: dict[str, list[int]]) -> str | None:
    count = int(whole.sum())
    if count < LEAST_FRAMES:
        worst = max(dropped, key=lambda reason: len(dropped[reason])) if dropped else ""
        more = f"; most others: {worst}" if worst else ""
        return f"{count} whole frames, {LEAST_FRAMES} needed{more}"
    if spread(rows.take(whole)) < _STEP:
        return "does not walk: the feet stay side by side"
    return None


def spread(rows: Rows) -> float:
    """How far apart the ankles get, by the height: least to largest, without the outermost."""
    height = np.ptp(rows.world[:, :, 1], axis=1)
    apart = (rows.world[:, 27] - rows.world[:, 28])[:, [0, 2]] / np.maximum(height, 1e-9)[:, None]
    low, high = np.quantile(apart, [0.05, 0.95], axis=0)
    return float((high - low).max())


def _warnings(rows: Rows, whole: np.ndarray) -> tuple[str, ...]:
    if whole.sum() < 2:
        return ()
    box = rows.box[whole].astype(np.float64)
    height = box[:, 3] - box[:, 1]
    aside = np.ptp((box[:, 0] + box[:, 2]) / 2) / np.median(height)
    nearer = np.log(height.max() / height.min())
    if nearer > 0.15 and aside < nearer / _TOWARDS:
        return ("walks towards the camera or away from it: depth is unreliable",)
    return ()


def cadence(rows: Rows) -> float | None:
    """Steps per minute by how the ankles part and close; `None` if that tells them to 4 % or worse.

    A wave and a drift are fitted to both axes by least squares at the moments that there are, for
    frames that are left out hide half a step or more; 4 % are two standard errors of its frequency.
    """
    if len(rows) < LEAST_FRAMES or rows.seconds[-1] - rows.seconds[0] < _LEAST_S:
        return None
    way = (rows.world[:, 27] - rows.world[:, 28])[:, [0, 2]].astype(np.float64)
    time = rows.seconds - rows.seconds.mean()
    angle = 2 * np.pi * _STRIDES[:, None] * time
    flat = np.broadcast_to(np.stack([np.ones_like(time), time]), (len(angle), 2, len(time)))
    waves = np.concatenate([flat, np.stack([np.cos(angle), np.sin(angle)], 1)], 1).swapaxes(1, 2)
    basis, _ = np.linalg.qr(waves)
    left = np.square(way - basis @ (basis.swapaxes(1, 2) @ way)).sum((1, 2))
    best = int(left.argmin())
    if best in (0, len(left) - 1):
        return None
    bend = (left[best - 1] - 2 * left[best] + left[best + 1]) / (_STRIDES[1] - _STRIDES[0]) ** 2
    variance = left[best] / (way.size - 9)  # a wave and a drift of either axis, and the frequency
    if 2 * variance > (_UNSURE * _STRIDES[best]) ** 2 * bend:
        return None
    return float(120 * _STRIDES[best])
