"""Sequences, where they come from, and how they become batches."""

from meshgait.data.clips import Clips, load_clip, save_clip
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
    "Clips",
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
    "load_clip",
    "number_people",
    "save_clip",
    "write_store",
]
