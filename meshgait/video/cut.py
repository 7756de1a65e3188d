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
_COVERED = 0.08  # share of a box that may be another's
_SHOWN = 0.5  # visibility of legs, in the mean
_AREA = (0.7, 1.6)  # of the mask, by that which is usual around then
_STEP = 0.12  # of the height: how far apart the ankles of somebody who walks get, seen or in depth
_TOWARDS = 0.35  # of the height that one goes sideways for each height that one grows
_LEGS = slice(25, 33)
_LEAST_S = 1.0


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
        _OVERLAP: rows.covered > _COVERED,
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
    """Steps per minute by how the ankles part and close, if that repeats itself; else `None`.

    It is the strongest frequency of either axis that is a peak; a drift is none.
    """
    if len(rows) < LEAST_FRAMES or rows.seconds[-1] - rows.seconds[0] < _LEAST_S:
        return None
    way = (rows.world[:, 27] - rows.world[:, 28])[:, [0, 2]].astype(np.float64)
    moments = np.arange(rows.seconds[0], rows.seconds[-1], 0.02)
    curves = [np.interp(moments, rows.seconds, column) for column in way.T]
    curves = [curve - np.polyval(np.polyfit(moments, curve, 1), moments) for curve in curves]
    window = np.hanning(len(moments))
    power = np.sum([np.abs(np.fft.rfft(c * window, 1 << 14)) ** 2 for c in curves], axis=0)
    frequency = np.fft.rfftfreq(1 << 14, 0.02)
    peaks = np.flatnonzero((power[1:-1] > power[:-2]) & (power[1:-1] > power[2:])) + 1
    peaks = peaks[(frequency[peaks] > 0.5) & (frequency[peaks] < 1.6)]  # strides a second
    if not len(peaks):
        return None
    return float(120 * frequency[peaks[power[peaks].argmax()]])
