"""Training batches of P people with K clips each, a pure function of the seed and the step.

Nothing has to be remembered between steps: training resumes at any of them, and workers make
whole batches in any order.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Int
from torch.utils.data import Dataset

from meshgait.data.batches.augment import Augmentation
from meshgait.data.batches.collate import Batch, collate
from meshgait.data.batches.frame_sampling import FrameSampling
from meshgait.errors import ConfigError, DataError
from meshgait.numerics import stream
from meshgait.sequence.sequence import GaitSequence, Record


@runtime_checkable
class SequenceDataset(Protocol):
    """What training and evaluation ask of data: records at once, frames one by one."""

    @property
    def records(self) -> list[Record]:
        """Who, under which condition and from where, in the order of the indices."""
        ...

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> GaitSequence: ...


@runtime_checkable
class ReadsAhead(Protocol):
    """Data that is glad to know what will be asked for next."""

    def prefetch(self, indices: Sequence[int], modalities: Sequence[str]) -> None:
        """These modalities of these sequences are about to be asked for."""
        ...


@dataclass(frozen=True)
class SubjectsAndClips:
    """A batch of P different people (`subjects`) with K clips of each (`clips`): P x K."""

    subjects: int = 32  # different people in a batch (P)
    clips: int = 4  # clips of each of them (K)

    def __post_init__(self) -> None:
        if self.subjects < 2 or self.clips < 1:
            shape = f"{self.subjects} x {self.clips}"
            raise ConfigError(f"a batch needs 2 subjects or more and 1 clip or more, got {shape}")


def number_subjects(records: Sequence[Record]) -> tuple[Int[np.ndarray, " N"], list[str]]:
    """Class number of each record, and the subjects (sorted) that the numbers stand for."""
    subjects = sorted({record.subject for record in records})
    number = {subject: index for index, subject in enumerate(subjects)}
    return np.array([number[record.subject] for record in records], dtype=np.int64), subjects


class TrainingBatches(Dataset[Batch]):
    """Batch `step` of a training run; with several processes, the share of the one called `rank`.

    Data with fewer people than a batch asks for gives smaller batches, and a warning; a person
    with fewer clips gives some of them twice. Raises `DataError` for fewer than two people.
    """

    def __init__(
        self,
        data: SequenceDataset,
        *,
        modalities: Sequence[str],
        shape: SubjectsAndClips,
        frames: FrameSampling,
        augment: Sequence[Augmentation] = (),
        seed: int,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self.labels, self.subjects = number_subjects(data.records)
        self.data, self.modalities, self.frames = data, tuple(modalities), frames
        self.augment = tuple(augment)
        self.seed, self.rank, self.world_size = seed, rank, world_size
        self.of_person = np.argsort(self.labels, kind="stable")  # a million people are many
        self.starts = np.searchsorted(
            self.labels[self.of_person], np.arange(len(self.subjects) + 1)
        )
        self.clips = shape.clips
        self.people = self._people(shape.subjects)
        if self.people * self.clips % world_size:
            raise ConfigError(
                f"{self.people} x {self.clips} clips cannot be shared by {world_size} processes"
            )

    def _people(self, wanted: int) -> int:
        have = len(self.subjects)
        if have < 2:
            raise DataError(f"training needs clips of two people or more, got {have}")
        if have < wanted:
            warnings.warn(
                f"the data has {have} people, so batches have {have} instead of {wanted}",
                stacklevel=3,
            )
        return min(have, wanted)

    def __getitem__(self, step: int) -> Batch:
        indices = self._draw(stream("batch", self.seed, step))
        share = slice(self.rank, None, self.world_size)
        chosen, places = indices[share].tolist(), range(len(indices))[share]
        if isinstance(self.data, ReadsAhead):
            self.data.prefetch(chosen, self.modalities)
        clips = [
            self._clip(index, stream("clip of a batch", self.seed, step, place))
            for index, place in zip(chosen, places, strict=True)
        ]
        return collate(clips, self.labels[indices[share]].tolist())

    def _draw(self, generator: np.random.Generator) -> Int[np.ndarray, " N"]:
        people = generator.choice(len(self.subjects), self.people, replace=False)
        rows = []
        for person in people:
            own = self.of_person[self.starts[person] : self.starts[person + 1]]
            rounds = -(-self.clips // len(own))
            order = np.concatenate([generator.permutation(own) for _ in range(rounds)])
            rows.append(order[: self.clips])
        return np.concatenate(rows)

    def _clip(self, index: int, generator: np.random.Generator) -> GaitSequence:
        sequence = self.data[index].only(self.modalities)
        clip = sequence.take(self.frames(len(sequence), generator))
        for change in self.augment:
            clip = change(clip, generator)
        return clip
