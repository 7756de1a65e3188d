"""Which way somebody goes at every moment, and where legs, or the whole body, jump."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Bool, Float
from scipy.ndimage import uniform_filter1d

from meshgait.gait.landmarks import Landmarks
from meshgait.modalities.heading import heading

_GOES = 0.3  # of the usual way in a stride, below which nobody goes anywhere
_FASTEST = 12.0  # metres a second, of a foot or the pelvis
_CLEAR = 0.1  # metres by which legs must fit better when they are exchanged


def progression(
    marks: Landmarks, fps: float, stride_s: float, speed: float
) -> Float[np.ndarray, " T"]:
    """The direction of the way in radians, about y as `heading`, without jumps of a whole turn.

    It is that of the pelvis over the stride around a moment, in which its sway cancels; of hips
    and shoulders where somebody stands.
    """
    frames = np.arange(len(marks))
    half = stride_s * fps / 2
    early, late = (np.clip(frames + sign * half, 0, frames[-1]) for sign in (-1, 1))
    ground = marks.joints[:, 0][:, [0, 2]]
    way = np.stack(
        [np.interp(late, frames, x) - np.interp(early, frames, x) for x in ground.T], axis=1
    )
    usual = speed * (late - early) / fps
    size = max(1, min(len(frames), round(2 * half)))
    faces = np.unwrap(heading(torch.from_numpy(marks.joints)).numpy())
    faces = uniform_filter1d(faces, size, mode="nearest")
    goes = np.linalg.norm(way, axis=1) > _GOES * usual
    return np.unwrap(np.where(goes, np.arctan2(way[:, 0], way[:, 1]), faces))


def exchanged_legs(marks: Landmarks) -> Bool[np.ndarray, " T"]:
    """In which frames a tracker took one leg for the other: they go on as the other one did.

    Of a clip that is half one and half the other, the longer part is right.
    """
    angle = heading(torch.from_numpy(marks.joints)).numpy()
    still = np.zeros_like(angle)
    ahead = np.stack([np.sin(angle), still, np.cos(angle)], axis=1)[:, None]
    # Seen from the side: one leg with the pose of the other is also its mirror image.
    legs = [marks.pair(joint) - marks.pair("hip") for joint in ("knee", "ankle")]
    feet = np.stack([part for leg in legs for part in ((leg * ahead).sum(2), leg[..., 1])], axis=2)
    wrong = np.zeros(len(feet), dtype=bool)
    for now in range(2, len(feet)):
        before = [feet[t, ::-1] if wrong[t] else feet[t] for t in (now - 1, now - 2)]
        expected = 2 * before[0] - before[1]
        plain, crossed = (
            np.linalg.norm(found - expected, axis=1).sum() for found in (feet[now], feet[now, ::-1])
        )
        wrong[now] = plain > 2 * crossed and plain > crossed + _CLEAR
    return wrong if 2 * wrong.sum() <= len(wrong) else ~wrong


def jumps(marks: Landmarks, fps: float) -> tuple[Landmarks, Bool[np.ndarray, " T"]]:
    """Frames that pelvis or feet would have reached faster than anybody, and the way without them.

    Where the whole body jumps it goes on from where it was.
    """
    points = np.concatenate([marks.joints[:, :1], marks.pair("ankle")], axis=1)
    step = np.diff(points, axis=0, prepend=points[:1])
    fast = np.linalg.norm(step, axis=2) * fps > _FASTEST
    lost = np.where(fast[:, :1], step[:, 0], 0.0)
    return marks.moved(-lost.cumsum(axis=0)), fast.any(axis=1)
