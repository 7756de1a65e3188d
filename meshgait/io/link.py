"""Who is who from frame to frame, where a file lists people without saying so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment

_PATIENCE = 30  # frames for which somebody may be gone
_FAR = 1e6


def link_people(
    places: Mapping[int, Float[np.ndarray, "N D"]], *, reach: float
) -> dict[int, list[tuple[int, int]]]:
    """Tracks as (frame, place in the frame's list), linked so that people move least.

    `places` says where each person of a frame is; nobody moves farther than `reach` from one
    frame to the next, or farther than twice that over a gap.

    >>> walk = {0: np.array([[0.0], [9.0]]), 1: np.array([[8.9], [0.1]])}
    >>> link_people(walk, reach=1.0)
    {0: [(0, 0), (1, 1)], 1: [(0, 1), (1, 0)]}
    """
    tracks: dict[int, list[tuple[int, int]]] = {}
    for frame in sorted(places):
        here = places[frame]
        known = [k for k, track in tracks.items() if frame - track[-1][0] <= _PATIENCE]
        last = [tracks[k][-1] for k in known]
        there = np.array([places[f][i] for f, i in last]).reshape(len(last), here.shape[1])
        gaps = np.array([min(frame - f, 2) for f, _ in last])
        distance = np.linalg.norm(there[:, None] - here[None], axis=-1)
        cost = np.where(distance <= reach * gaps[:, None], distance, _FAR)
        partner = {}
        for row, column in zip(*linear_sum_assignment(cost), strict=True):
            if cost[row, column] < _FAR:
                partner[int(column)] = known[row]
        for i in range(len(here)):
            tracks.setdefault(partner.get(i, len(tracks)), []).append((frame, i))
    return tracks


def take(rows: Mapping[int, Sequence[Any]], track: Sequence[tuple[int, int]]) -> list[Any]:
    """What belongs to one track, in the order of its frames."""
    return [rows[frame][i] for frame, i in track]
