"""Identification among known people when not every probe is known, in percent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from meshgait.errors import DataError
from meshgait.metrics.pairs import (
    Distance,
    Ids,
    Pairs,
    check_distance,
    check_exclude,
    check_sizes,
    same,
)
from meshgait.metrics.verification import accept


def open_set(
    distance: Distance,
    probe_ids: Ids,
    gallery_ids: Ids,
    *,
    exclude: Pairs | None = None,
    false_positive: Sequence[float] = (1.0, 10.0),
) -> dict[str, float]:
    """Detection and identification rates at rates of false positives (Grother et al., NIST FRVT).

    A probe is identified as its nearest entry if that is within a threshold. "DIR@FPIR=1%" is the
    largest share of probes with a match that are identified rightly by a threshold that
    identifies at most 1 percent of those without, "FNIR@FPIR=1%" its rest to 100. A match as far
    as a stranger does not win. Raises `DataError` unless there are probes of both kinds.

    >>> near = np.array([[0.1, 0.9], [0.5, 0.3], [0.4, 0.8]])
    >>> open_set(near, ["ann", "bob", "eve"], ["ann", "bob"], false_positive=[0])["DIR@FPIR=0%"]
    100.0
    """
    far = check_distance(distance)
    check_sizes(probe_ids, gallery_ids, far.shape)
    match, excluded = same(probe_ids, gallery_ids), check_exclude(exclude, far.shape)
    kept = np.ones_like(match) if excluded is None else ~excluded
    own = np.where(match & kept, far, np.inf).min(1)
    other = np.where(~match & kept, far, np.inf).min(1)
    is_known = (match & kept).any(1)
    if not is_known.any() or is_known.all():
        raise DataError(
            f"open-set identification needs probes with and without a match in the gallery, got "
            f"{is_known.sum()} and {(~is_known).sum()}"
        )
    won, stranger = own[is_known], other[~is_known]
    is_right = won < other[is_known]
    found: dict[str, float] = {}
    for rate in false_positive:
        share = 100 * float((is_right & accept(won, stranger, rate)).mean())
        found |= {f"DIR@FPIR={rate:g}%": share, f"FNIR@FPIR={rate:g}%": 100 - share}
    return {**found, "known": int(is_known.sum()), "unknown": int((~is_known).sum())}
