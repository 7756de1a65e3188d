"""Scores of a protocol's groups: over all probes, over views, or over pairs of views."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from meshgait.data import Comparison
from meshgait.errors import DataError
from meshgait.evaluation.scores import Scores, Table
from meshgait.metrics import ProbeScores

Rank = Callable[[np.ndarray, np.ndarray], ProbeScores]
_SHOWN = ("rank1", "rank5", "rank10", "mAP", "mINP")
_COUNTS = ("probes", "unmatched")


def over_probes(comparison: Comparison, rank: Rank, *, unmatched_is_miss: bool) -> Scores:
    """Every probe counts the same, of whatever group."""
    groups = comparison.probes
    everyone = rank(np.concatenate(list(groups.values())), comparison.gallery)
    member = np.repeat(list(groups), [len(probe) for probe in groups.values()])
    rows = {name: _mean(everyone[member == name], unmatched_is_miss) for name in groups}
    return Scores(
        everyone.mean(unmatched_is_miss=unmatched_is_miss), _by_condition(rows, (*_SHOWN, *_COUNTS))
    )


def over_views(comparison: Comparison, rank: Rank, *, unmatched_is_miss: bool) -> Scores:
    """Every view of a group counts the same, and every group."""
    view, views = _views(comparison)
    rows: dict[str, dict[str, float]] = {}
    by_view: dict[str, list[list[float]]] = {"rank1": [], "mAP": []}
    for name, probe in comparison.probes.items():
        scores = rank(probe, comparison.gallery)
        means = [_mean(scores[view[probe] == one], unmatched_is_miss) for one in views]
        rows[name] = {score: _average([mean[score] for mean in means]) for score in _SHOWN}
        rows[name] |= {count: sum(mean[count] for mean in means) for count in _COUNTS}
        for score, found in by_view.items():
            found.append([mean[score] for mean in means])
    tables = {f"{score} by view": _table(rows, views, found) for score, found in by_view.items()}
    return _over_groups(rows, (*_SHOWN, *_COUNTS), tables)


def over_view_pairs(comparison: Comparison, rank: Rank, *, unmatched_is_miss: bool) -> Scores:
    """Rank-1 of every probe view in every other gallery view (Yu et al., ICPR 2006)."""
    view, views = _views(comparison)
    if len(views) < 2:
        raise DataError(f"pairs of views need two views or more, got {', '.join(views)}")
    rows: dict[str, dict[str, float]] = {}
    by_view, tables = [], {}
    galleries = {one: comparison.gallery[view[comparison.gallery] == one] for one in views}
    for name, probe in comparison.probes.items():
        pairs = np.full((len(views), len(views)), np.nan)
        for row, one in enumerate(views):
            own = probe[view[probe] == one]
            for column, other in enumerate(views):
                if one != other and len(own) and len(galleries[other]):
                    scores = rank(own, galleries[other])
                    pairs[row, column] = _mean(scores, unmatched_is_miss)["rank1"]
        means = [_average(row) for row in pairs]
        by_view.append(means)
        rows[name] = {"rank1": _average(means), "probes": len(probe)}
        tables[f"{name} view pairs"] = Table(views, views, pairs)
    first = {"rank1 by view": _table(rows, views, by_view)}
    return _over_groups(rows, ("rank1", "probes"), first | tables)


def _views(comparison: Comparison) -> tuple[np.ndarray, tuple[str, ...]]:
    """The view of each record, and those of probes and gallery in order."""
    view = np.array(comparison.view, dtype=np.str_)
    used = np.concatenate([*comparison.probes.values(), comparison.gallery])
    return view, tuple(np.unique(view[used]).tolist())


def _mean(scores: ProbeScores, unmatched_is_miss: bool) -> dict[str, float]:
    """As `ProbeScores.mean`, with NaN where there is nothing to score."""
    if scores.matches.any():
        return scores.mean(unmatched_is_miss=unmatched_is_miss)
    missed = len(scores.matches) if unmatched_is_miss else 0
    value = 0.0 if missed else np.nan
    return dict.fromkeys(_SHOWN, value) | {"probes": missed, "unmatched": len(scores.matches)}


def _average(values: Sequence[float] | np.ndarray) -> float:
    there = [value for value in values if not np.isnan(value)]
    return float(np.mean(there)) if there else float("nan")


def _over_groups(
    rows: dict[str, dict[str, float]], columns: tuple[str, ...], tables: dict[str, Table]
) -> Scores:
    means = {
        name: (sum if name in _COUNTS else _average)([row[name] for row in rows.values()])
        for name in columns
    }
    if np.isnan(means["rank1"]):
        raise DataError("no probe has a match in the gallery, so there is nothing to score")
    return Scores(means, _by_condition(rows, columns) | tables)


def _by_condition(rows: dict[str, dict[str, float]], columns: tuple[str, ...]) -> dict[str, Table]:
    if len(rows) < 2:
        return {}
    return {"conditions": _table(rows, columns, [[r[c] for c in columns] for r in rows.values()])}


def _table(
    rows: dict[str, dict[str, float]], columns: tuple[str, ...], values: list[list[float]]
) -> Table:
    return Table(tuple(rows), columns, np.array(values, dtype=np.float64))
