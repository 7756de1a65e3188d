"""How near each clip of a gallery is to others: kept with the clips, so that nobody asks anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int


class Clips(NamedTuple):
    """Some clips: their numbers, who they are of, and their vectors."""

    ids: Int[np.ndarray, " N"]
    names: np.ndarray
    vectors: Float[np.ndarray, "N D"]


class Near(NamedTuple):
    """Of a clip the distance to the nearest other of its person, of anybody else, and which.

    Infinite, and no clip, where there is none.
    """

    id: int
    own: float
    other: float
    rival: int | None


def nearest_to(
    some: Clips, blocks: Iterable[Clips], known: dict[int, Near] | None = None
) -> list[Near]:
    """What `some` clips are near to among those of `blocks`.

    With `known`, what the others knew before, also what of it `some` change.
    """
    own, other = (np.full(len(some.ids), np.inf) for _ in range(2))
    rival: list[int | None] = [None] * len(some.ids)
    changed: list[Near] = []
    for block in blocks:
        far = 1 - block.vectors @ some.vectors.T
        far[block.ids[:, None] == some.ids] = np.inf  # the clip itself
        mine = block.names[:, None] == some.names
        same, else_ = np.where(mine, far, np.inf), np.where(mine, np.inf, far)
        own = np.minimum(own, same.min(0))
        best = else_.argmin(0)
        for k in np.flatnonzero(else_[best, np.arange(len(best))] < other).tolist():
            other[k], rival[k] = else_[best[k], k], int(block.ids[best[k]])
        if known is not None:
            changed += _changed(some, block, (same, else_), known)
    new = zip(some.ids.tolist(), own.tolist(), other.tolist(), rival, strict=True)
    return changed + [Near(*each) for each in new]


def _changed(
    some: Clips, block: Clips, far: Sequence[Float[np.ndarray, "n k"]], known: dict[int, Near]
) -> list[Near]:
    """Those of a block to which some of `some` are nearer than what was known."""
    same, other = far[0].min(1), far[1].min(1)
    which = far[1].argmin(1)
    found = []
    for k in np.flatnonzero(np.isfinite(np.minimum(same, other))).tolist():
        before = known.get(int(block.ids[k]))
        if before is None or (same[k] >= before.own and other[k] >= before.other):
            continue
        closer = other[k] < before.other
        found.append(
            Near(
                before.id,
                min(float(same[k]), before.own),
                float(other[k]) if closer else before.other,
                int(some.ids[which[k]]) if closer else before.rival,
            )
        )
    return found
