"""A part of a data set: some of its sequences, in its order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from meshgait.data.batches.sampler import ReadsAhead, SequenceDataset
from meshgait.sequence.sequence import GaitSequence, Record


class SomeSequences:
    """The sequences of `data` at `places`."""

    def __init__(self, data: SequenceDataset, places: Int[np.ndarray, " N"]) -> None:
        self.data, self.places = data, places
        self.fingerprint: str = getattr(data, "fingerprint", "")
        everyone = data.records
        self._records = [everyone[place] for place in places]

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> GaitSequence:
        return self.data[int(self.places[index])]

    @property
    def records(self) -> list[Record]:
        """Who, under which condition and from where."""
        return self._records

    def prefetch(self, indices: Sequence[int], modalities: Sequence[str]) -> None:
        """See `ReadsAhead`."""
        if isinstance(self.data, ReadsAhead):
            self.data.prefetch([int(self.places[index]) for index in indices], modalities)
