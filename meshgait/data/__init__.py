"""Sequences, where they come from, and how they become batches."""

from meshgait.data.collate import Batch, collate
from meshgait.data.protocol import Protocol
from meshgait.data.sampler import (
    PeopleAndClips,
    SequenceDataset,
    TrainingBatches,
    number_people,
)
from meshgait.data.sequence import GaitSequence, Record
from meshgait.data.store import Store, write_store
from meshgait.data.transforms import (
    AllFrames,
    ContinuousFrames,
    FrameSampling,
    OrderedFrames,
    UnorderedFrames,
)

__all__ = [
    "AllFrames",
    "Batch",
    "ContinuousFrames",
    "FrameSampling",
    "GaitSequence",
    "OrderedFrames",
    "PeopleAndClips",
    "Protocol",
    "Record",
    "SequenceDataset",
    "Store",
    "TrainingBatches",
    "UnorderedFrames",
    "collate",
    "number_people",
    "write_store",
]
