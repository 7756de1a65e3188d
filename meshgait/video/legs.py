"""Left and right legs that were taken for each other in single pictures, put back."""

from __future__ import annotations

import itertools

import numpy as np
from jaxtyping import Bool, Float, Int

LEFT, RIGHT = [23, 25, 27, 29, 31], [24, 26, 28, 30, 32]  # hips to toes
_TELLING = [1, 2, 3, 4]  # of these, those of which the place tells: hips are too near each other
_MOST = 2e-3  # of each point, in squared heights: landmarks half way between two legs tell nothing
_SWAP = 3e-3  # what it costs to say that a picture is wrong, in squared heights


def swapped_legs(
    points: Float[np.ndarray, "T 33 2"], frames: Int[np.ndarray, " T"]
) -> Bool[np.ndarray, " T"]:
    """In which pictures legs have each other's names, by Viterbi's algorithm.

    The cost of a sequence of names is the squared acceleration of knees, ankles, heels and toes, in
    heights of the person, and something for each picture that is called wrong. Gaps begin anew.
    """
    found = np.zeros(len(points), bool)
    ends = [0, *(np.flatnonzero(np.diff(frames) != 1) + 1).tolist(), len(points)]
    for start, end in itertools.pairwise(ends):
        if end - start > 2:
            found[start:end] = _cheapest(points[start:end])
    return found


def _cheapest(points: Float[np.ndarray, "T 33 2"]) -> Bool[np.ndarray, " T"]:
    """States are the names in two pictures in a row: 2 * before + now."""
    left, right = (np.array(side)[_TELLING] for side in (LEFT, RIGHT))
    height = np.median(np.ptp(points[..., 1], axis=1))
    legs = np.concatenate([points[:, left], points[:, right]], axis=1) / max(height, 1e-9)
    half = len(left)
    both = np.stack([legs, np.concatenate([legs[:, half:], legs[:, :half]], axis=1)])  # (2, T, ...)
    cost = np.array([[0, _SWAP], [_SWAP, 2 * _SWAP]]).ravel()
    back = []
    for now in range(2, len(points)):
        steps = np.empty((2, 2, 2))  # two before, one before, now
        for a, b, c in np.ndindex(2, 2, 2):
            bend = both[c, now] - 2 * both[b, now - 1] + both[a, now - 2]
            away = np.minimum(np.square(bend).sum(-1), _MOST)
            steps[a, b, c] = cost[2 * a + b] + away.sum() + c * _SWAP
        back.append(steps.argmin(0))
        cost = steps.min(0).ravel()
    state = int(cost.argmin())
    before, current = divmod(state, 2)
    path = [current, before]
    for choice in reversed(back):
        path.append(int(choice[path[-1], path[-2]]))
    return np.array(path[: len(points)][::-1], bool)


def with_legs_swapped(points: np.ndarray, wrong: Bool[np.ndarray, " T"]) -> np.ndarray:
    """The same landmarks (T, 33, ...) with left and right legs exchanged where they are wrong."""
    other = np.arange(33)
    other[LEFT], other[RIGHT] = RIGHT, LEFT
    found = points.copy()
    found[wrong] = points[wrong][:, other]
    return found
