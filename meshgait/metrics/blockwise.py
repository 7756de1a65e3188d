"""Retrieval from embeddings, block by block: never the whole matrix of distances."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from torch import Tensor

from meshgait.errors import DataError
from meshgait.metrics.distance import part_distance
from meshgait.metrics.pairs import Ids, check_sizes, to_codes
from meshgait.metrics.retrieval import ProbeScores, join, score_probes

_PAIRS = 1 << 25  # distances held at once: 128 MB of float32


def search(
    probe: Float[Tensor, "Q P C"],
    gallery: Float[Tensor, "G P C"],
    probe_ids: Ids,
    gallery_ids: Ids,
    *,
    metric: str = "euclidean",
    exclude: tuple[Ids, Ids] | None = None,
) -> ProbeScores:
    """Every probe's scores against the gallery, as `score_probes` gives them.

    Beside the embeddings it needs memory for 2**25 distances (and at least for those of one
    probe), a few times over. It costs 2 Q G P C operations and a sort of each row of G. Pairs
    whose labels in `exclude`, one for each probe and each gallery entry, are equal are not
    compared.

    >>> import torch
    >>> people = torch.tensor([0.0, 0.1, 5.0, 5.1]).reshape(4, 1, 1)
    >>> search(people[::2], people[1::2], ["ann", "bob"], ["ann", "bob"]).mean()["rank1"]
    100.0
    """
    shape = len(probe), len(gallery)
    if not min(shape):
        raise DataError(f"nothing to compare: {shape[0]} probes, {shape[1]} in the gallery")
    check_sizes(probe_ids, gallery_ids, shape)
    own, theirs = to_codes(probe_ids, gallery_ids)
    labels = None
    if exclude is not None:
        check_sizes(*exclude, shape)
        labels = to_codes(*exclude)
    rows = max(_PAIRS // shape[1], 1)
    found = []
    for start in range(0, shape[0], rows):
        block = slice(start, start + rows)
        distance = part_distance(probe[block], gallery, metric)
        excluded = None if labels is None else labels[0][block, None] == labels[1]
        found.append(score_probes(distance, own[block], theirs, exclude=_some(excluded)))
    return join(found)


def _some(excluded: np.ndarray | None) -> np.ndarray | None:
    return excluded if excluded is not None and excluded.any() else None
