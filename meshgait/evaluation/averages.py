"""Scores of a protocol's groups: over all probes, over views, pairs of views, or tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from meshgait.data import Comparison
from meshgait.errors import DataError
from meshgait.evaluation.scores import Scores, Table
from meshgait.metrics import ProbeScores

Rank = Callable[[np.ndarray, np.ndarray], ProbeScores]
_SHOWN = ("rank1", "rank5", "rank10", "mAP", "mINP")
_COUNTS = ("probes", "unmatched")
_PAIRED = ("rank1", "rank5")


def over_probes(
    comparison: Comparison, rank: Rank, *, unmatched_is_miss: bool, overall: str
) -> Scores:
    """Every probe counts the same, of whatever group; or those of the group `overall` only."""
    groups = comparison.probes
    everyone = rank(np.concatenate(list(groups.values())), comparison.gallery)
    member = np.repeat(list(groups), [len(probe) for probe in groups.values()])
    rows = {name: _mean(everyone[member == name], unmatched_is_miss) for name in groups}
    counted = everyone[member == overall] if overall else everyone
    return Scores(
        counted.mean(unmatched_is_miss=unmatched_is_miss), _by_condition(rows, (*_SHOWN, *_COUNTS))
    )


def over_views(
    comparison: Comparison, rank: Rank, *, unmatched_is_miss: bool, overall: str
) -> Scores:
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
    return _over_groups(rows, (*_SHOWN, *_COUNTS), tables, overall)


def over_view_pairs(
    comparison: Comparison,
    rank: Rank,
    *,
    unmatched_is_miss: bool,
    overall: str,
    with_same: bool = False,
) -> Scores:
    """Rank-1 and -5 of every probe view in every other gallery view (Yu et al., ICPR 2006).

    In the same view, too, where `with_same` (CCPG).
    """
    view, views = _views(comparison)
    if len(views) < 2 and not with_same:
        raise DataError(f"pairs of views need two views or more, got {', '.join(views)}")
    rows: dict[str, dict[str, float]] = {}
    by_view, tables = [], {}
    galleries = {one: comparison.gallery[view[comparison.gallery] == one] for one in views}
    for name, probe in comparison.probes.items():
        pairs = np.full((len(_PAIRED), len(views), len(views)), np.nan)
        for row, one in enumerate(views):
            own = probe[view[probe] == one]
            for column, other in enumerate(views):
                if (with_same or one != other) and len(own) and len(galleries[other]):
                    mean = _mean(rank(own, galleries[other]), unmatched_is_miss)
                    pairs[:, row, column] = [mean[score] for score in _PAIRED]
        means = [[_average(row) for row in some] for some in pairs]
        by_view.append(means[0])
        scores = zip(_PAIRED, map(_average, means), strict=True)
        rows[name] = {**dict(scores), "probes": len(probe)}
        tables[f"{name} view pairs"] = Table(views, views, pairs[0])
        tables[f"{name} view pairs, rank5"] = Table(views, views, pairs[1])
    first = {"rank1 by view": _table(rows, views, by_view)}
    return _over_groups(rows, (*_PAIRED, "probes"), first | tables, overall)


def over_tasks(found: Mapping[str, Scores], *, overall: str) -> Scores:
    """Groups with galleries of their own, each scored alone, count the same."""
    named: dict[str, dict[str, Table]] = {}
    for task, scores in found.items():
        for name, table in scores.tables.items():
            named.setdefault(name, {})[task] = table
    tables = {name: _stacked(list(some.values())) for name, some in named.items()}
    columns = tuple(next(iter(found.values())))
    return _over_groups({task: dict(scores) for task, scores in found.items()}, columns, tables,
                        overall)  # fmt: skip


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


def _stacked(tables: Sequence[Table]) -> Table:
    """The rows of all, in the columns that any of them has."""
    columns = tuple(dict.fromkeys(column for table in tables for column in table.columns))
    values = [
        [table[row, name] if name in table.columns else np.nan for name in columns]
        for table in tables
        for row in table.rows
    ]
    return Table(tuple(row for table in tables for row in table.rows), columns, np.array(values))


def _over_groups(
    rows: dict[str, dict[str, float]],
    columns: tuple[str, ...],
    tables: dict[str, Table],
    overall: str,
) -> Scores:
    """The mean of all groups and the sum of their counts; or those of the group `overall`."""
    counted = [rows[overall]] if overall else list(rows.values())
    means = {
        name: (sum if name in _COUNTS else _average)([row[name] for row in counted])
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
