"""Embeddings made by several processes, or by a cluster of machines."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from tqdm import tqdm

from meshgait.data import SequenceDataset
from meshgait.data.batches import SomeSequences
from meshgait.data.processes import in_turn, one_thread, processes
from meshgait.errors import DataError
from meshgait.evaluation.embeddings import Embeddings, embed_some
from meshgait.nn import Network, require_network
from meshgait.nn.embed import MOST_FRAMES, warn_of_cut

_LEAST_CLIPS, _MOST_PIECES = 32, 64  # the network travels with every piece


@runtime_checkable
class Divisible(Protocol):
    """Data that can send a part of themselves to another process without the rest."""

    def some(self, places: Sequence[int]) -> SequenceDataset:
        """The sequences at `places`."""


def embed_shared(
    model: Network,
    data: SequenceDataset,
    *,
    limit: int | None = None,
    budget: int = 1000,
    progress: bool = True,
) -> Embeddings:
    """As `embed`, the clips shared by what `meshgait.data.processes.shared_by` says.

    All work with one thread each and on pieces that depend on the number of clips alone, so that on
    machines of one kind embeddings are the same to the last bit however many share the work. The
    network must be on the CPU.
    """
    require_network(model)
    if not len(data):
        raise DataError("there is no sequence to embed")
    size = max(_LEAST_CLIPS, -(-len(data) // _MOST_PIECES))
    places = range(len(data))
    pieces = [_some(data, places[start : start + size]) for start in places[::size]]
    work = partial(embed_some, model, limit=MOST_FRAMES if limit is None else limit, budget=budget)
    with one_thread(), processes(len(pieces)) as pool:
        done = in_turn(pool, work, pieces)
        off = None if progress else True
        found = list(tqdm(done, "embed", len(pieces), unit="piece", disable=off))
    if limit is None:
        warn_of_cut([length for _, lengths in found for length in lengths])
    return Embeddings(torch.cat([values for values, _ in found]), list(data.records))


def _some(data: SequenceDataset, places: Sequence[int]) -> SequenceDataset:
    if isinstance(data, Divisible):
        return data.some(places)
    return SomeSequences(data, np.asarray(places))
