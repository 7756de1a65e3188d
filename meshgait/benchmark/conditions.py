"""Scores under one condition apart, all from the same embeddings.

Every clip is a probe in turn. A score is the share of (probe, match) pairs of the condition in
which the match is nearer than every clip of everybody else. So the crowd to be told apart is the
same under all conditions, and their scores can be compared (`scores.pair_rank1`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from meshgait.data.synthetic.rendered import RenderedGait

SAME_VIEW_DEG, CROSS_VIEW_DEG = 30.0, 60.0
SAME_SPEED, OTHER_SPEED = 1.1, 1.25  # ratio of the two speeds

Pairs = Bool[np.ndarray, "N N"]


@dataclass(frozen=True, eq=False)
class Traits:
    """What sets the clips of one person apart: clothes, side seen, speed, and what hides a part.

    `view_deg` is the direction in which the walker is seen: 0 the front, 90 the left side, on
    average over the clip. `speed` is in metres per second.
    """

    condition: np.ndarray
    view_deg: Float[np.ndarray, " N"]
    speed: Float[np.ndarray, " N"]
    occluded: Bool[np.ndarray, " N"]

    @classmethod
    def of(cls, data: RenderedGait) -> Traits:
        """Those of every clip of `data`."""
        clips = [data.clip(index) for index in range(len(data))]
        headings = []
        for clip in clips:
            transl = clip.walk.motion.transl
            way = transl[-1] - transl[0]
            headings.append(np.degrees(np.arctan2(way[0], way[2])))
        azimuths = np.array([float(clip.record.view) for clip in clips])
        return cls(
            condition=np.array([clip.record.condition.rstrip("0123456789") for clip in clips]),
            view_deg=(azimuths - np.array(headings)) % 360,
            speed=np.array([float(clip.walk.speed) for clip in clips]),
            occluded=np.array([clip.occluder is not None for clip in clips]),
        )


def turns_between(view_deg: Float[np.ndarray, " N"]) -> Float[np.ndarray, "N N"]:
    """How many degrees apart the sides are from which two clips are seen, 0 to 180."""
    turn = np.abs(view_deg[:, None] - view_deg) % 360
    return np.minimum(turn, 360 - turn)


def conditions(traits: Traits) -> dict[str, Pairs]:
    """Which pairs (probe, match) belong to each condition."""
    turn = turns_between(traits.view_deg)
    ratio = np.exp(np.abs(np.log(traits.speed[:, None] / traits.speed)))
    everything = np.ones_like(turn, dtype=bool)
    normal = (traits.condition == "normal")[None] & everything
    hidden = traits.occluded[:, None] | traits.occluded
    return {
        "all": everything,
        **{
            f"{name} to normal": normal & (traits.condition == name)[:, None]
            for name in ("normal", "bag", "coat")
        },
        "same view": turn <= SAME_VIEW_DEG,
        "cross view": turn >= CROSS_VIEW_DEG,
        "same speed": ratio <= SAME_SPEED,
        "other speed": ratio >= OTHER_SPEED,
        "unhidden": ~hidden,
        "partly hidden": hidden,
    }
