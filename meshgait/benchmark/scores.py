"""Scores person by person: every clip is a probe, and is searched for from another side.

Only clips seen from 60 degrees or more away are compared. Scores are means over a person's probes,
in percent, so that intervals can be drawn over people (`meshgait.evaluation.bootstrap`).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from meshgait.benchmark.conditions import CROSS_VIEW_DEG, Pairs, turns_between
from meshgait.metrics import score_probes

SCORES = ("mAP", "rank1")
_CHANCE_DRAWS = 100

People = dict[str, Float[np.ndarray, " S"]]
"""Scores by name, each of all people in the order of their names; NaN for who has no match."""


def cross_view(
    distance: Float[np.ndarray, "N N"],
    subjects: np.ndarray,
    view_deg: Float[np.ndarray, " N"],
    trials: np.ndarray | None = None,
) -> People:
    """Average precision and Rank-1 of every person's clips, seen from elsewhere.

    With `trials`, the names of the recordings that the clips are of, those of one are not compared.
    """
    near = turns_between(view_deg) < CROSS_VIEW_DEG  # a clip itself is among them
    if trials is not None:
        near = near | (trials[:, None] == trials)
    found = score_probes(distance, subjects, subjects, exclude=near)
    matched = found.matches > 0
    rows = {"mAP": found.precision, "rank1": (found.first == 1).astype(float)}
    return {
        name: by_person(np.where(matched, 100 * values, np.nan), subjects)
        for name, values in rows.items()
    }


def chance(
    subjects: np.ndarray, view_deg: Float[np.ndarray, " N"], trials: np.ndarray | None = None
) -> dict[str, float]:
    """The mean scores of distances that are drawn."""
    generator, size = np.random.default_rng(0), (len(subjects),) * 2
    draws = [
        cross_view(generator.random(size), subjects, view_deg, trials) for _ in range(_CHANCE_DRAWS)
    ]
    return {name: float(np.nanmean([draw[name] for draw in draws])) for name in SCORES}


def pair_rank1(
    distance: Float[np.ndarray, "N N"], subjects: np.ndarray, pairs: Pairs
) -> Float[np.ndarray, " S"]:
    """Of each person, percent of matches among `pairs` nearer than all clips of other people.

    A match as near as one of them is not found.
    """
    same = subjects[:, None] == subjects
    wanted = pairs & same & ~np.eye(len(subjects), dtype=bool)
    crowd = np.where(same, np.inf, distance).min(axis=1, keepdims=True)
    found = ((distance < crowd) & wanted).sum(1)
    count = wanted.sum(1)
    total, hits = (by_person(x.astype(float), subjects) for x in (count, found))
    return np.divide(100 * hits, total, out=np.full_like(hits, np.nan), where=total > 0)


def by_person(values: Float[np.ndarray, " N"], subjects: np.ndarray) -> Float[np.ndarray, " S"]:
    """Mean over the clips of each person that have a value."""
    people, code = np.unique(subjects, return_inverse=True)
    known = np.isfinite(values)
    count = np.bincount(code[known], minlength=len(people))
    total = np.bincount(code[known], weights=values[known], minlength=len(people))
    return np.divide(total, count, out=np.full(len(people), np.nan), where=count > 0)
