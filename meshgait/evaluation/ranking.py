"""Any probes of some embeddings ranked against any gallery among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from meshgait.metrics import (
    ProbeScores,
    Reranking,
    part_distance,
    rerank,
    same,
    score_probes,
    search,
)

Places = Int[np.ndarray, " _"]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Embeddings with the person of each, and a label: pairs with the same one are not compared.

    `distance` of `probe` x `gallery`, where it is there; otherwise blocks of it are computed
    when they are asked for.
    """

    values: Float[Tensor, "N P C"]
    person: list[str]
    label: Int[np.ndarray, " N"] | None
    metric: str
    probe: Places
    gallery: Places
    distance: Float[np.ndarray, "Q G"] | None = None

    def __call__(self, probe: Places, gallery: Places) -> ProbeScores:
        """Scores of the records at `probe` among those at `gallery`."""
        person = np.array(self.person, dtype=np.str_)
        people = person[probe], person[gallery]
        if self.distance is None:
            labels = None if self.label is None else (self.label[probe], self.label[gallery])
            values = self.values[probe], self.values[gallery]
            return search(*values, *people, metric=self.metric, exclude=labels)
        rows = np.searchsorted(self.probe, probe)
        columns = np.searchsorted(self.gallery, gallery)
        distance = self.distance[np.ix_(rows, columns)]
        return score_probes(distance, *people, exclude=self.excluded(probe, gallery))

    def excluded(self, probe: Places, gallery: Places) -> Bool[np.ndarray, "_ _"] | None:
        """Pairs that are not compared."""
        return None if self.label is None else same(self.label[probe], self.label[gallery])


def all_distances(
    values: Float[Tensor, "N P C"],
    probe: Places,
    gallery: Places,
    metric: str,
    how: Reranking | None,
) -> Float[np.ndarray, "Q G"]:
    """The whole matrix of distances, re-ranked if asked for."""
    if how is None:
        return part_distance(values[probe], values[gallery], metric).numpy()
    everyone = values[torch.from_numpy(np.concatenate([probe, gallery]))]
    return rerank(part_distance(everyone, everyone, metric).numpy(), len(probe), how)
