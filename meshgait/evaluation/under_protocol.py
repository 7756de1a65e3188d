"""What a protocol makes of embeddings: the one entrance to all scores."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from meshgait.data import Comparison, Protocol
from meshgait.evaluation.averages import over_probes, over_tasks, over_view_pairs, over_views
from meshgait.evaluation.embeddings import Embeddings
from meshgait.evaluation.ranking import Ranking, all_distances
from meshgait.evaluation.scores import Scores
from meshgait.metrics import Reranking, open_set, verification

_AVERAGES: dict[str, Callable[..., Scores]] = {
    "probes": over_probes,
    "views": over_views,
    "view pairs": over_view_pairs,
    "all view pairs": partial(over_view_pairs, with_same=True),
}


def evaluate(
    embeddings: Embeddings,
    protocol: Protocol,
    *,
    metric: str | None = None,
    rerank: Reranking | None = None,
    verify: bool = False,
    unknown: bool = False,
) -> Scores:
    """Scores in percent under `protocol`, by its own metric unless one is given.

    Overall rank-k, mAP and mINP (of pairs of views rank-1 and -5), and in `tables` those by
    condition and by view. Groups with galleries of their own are scored one by one, and count the
    same. `rerank` changes the distances first (k-reciprocal neighbours);
    `verify` adds EER and TAR@FAR over all pairs compared, `unknown` the open-set rates, for
    which some probes must have no match. These three hold the whole matrix of distances, and
    re-ranking one among all sequences; otherwise memory grows with the embeddings only.
    """
    how: dict[str, Any] = {
        "metric": metric, "rerank": rerank, "verify": verify, "unknown": unknown
    }  # fmt: skip
    if len(protocol.tasks) == 1:
        return _of_task(embeddings, protocol, **how)
    tasks = zip(protocol.groups, protocol.tasks, strict=True)
    found = {group.name: _of_task(embeddings, task, **how) for group, task in tasks}
    return over_tasks(found, overall=protocol.overall)


def _of_task(
    embeddings: Embeddings,
    protocol: Protocol,
    *,
    metric: str | None,
    rerank: Reranking | None,
    verify: bool,
    unknown: bool,
) -> Scores:
    """The scores of a protocol with one gallery."""
    comparison = protocol.compare(embeddings.records)
    probe = np.unique(np.concatenate(list(comparison.probes.values())))
    gallery, metric = comparison.gallery, metric or protocol.metric
    person = [record.subject for record in embeddings.records]
    label, distance = _labels(protocol, comparison, person), None
    if rerank is not None or verify or unknown:
        distance = all_distances(embeddings.values, probe, gallery, metric, rerank)
    rank = Ranking(embeddings.values, person, label, metric, probe, gallery, distance)
    average = _AVERAGES[protocol.average]
    scores = average(
        comparison, rank, unmatched_is_miss=protocol.unmatched_is_miss, overall=protocol.overall
    )
    for measure, is_asked in ((verification, verify), (open_set, unknown)):
        if is_asked and distance is not None:
            people = [person[i] for i in probe], [person[i] for i in gallery]
            scores.update(measure(distance, *people, exclude=rank.excluded(probe, gallery)))
    return scores


def _labels(protocol: Protocol, comparison: Comparison, person: list[str]) -> np.ndarray | None:
    """A number for each record; pairs with the same one are not compared."""
    _, view = np.unique(comparison.view, return_inverse=True)
    if protocol.average == "view pairs":
        return view
    if not protocol.exclude_same_view:
        return None
    _, number = np.unique(person, return_inverse=True)
    return number * (view.max() + 1) + view
