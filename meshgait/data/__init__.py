"""Sequences, where they come from, and how they become batches."""

from meshgait.data.augment import (
    Augmentation,
    Backwards,
    Erase,
    Flip,
    JointNoise,
    Perspective,
    Rotate,
)
from meshgait.data.benchmarks import PROTOCOLS, one_known_each, probe_list
from meshgait.data.clips import Clips, load_clip, save_clip
from meshgait.data.collate import Batch, collate
from meshgait.data.other_view import OtherView
from meshgait.data.protocol import Comparison, Group, Protocol
from meshgait.data.protocol_files import read_protocols, write_protocols
from meshgait.data.sampler import (
    PeopleAndClips,
    SequenceDataset,
    TrainingBatches,
    number_people,
)
from meshgait.data.sequence import GaitSequence, Record
from meshgait.data.smpl_noise import SmplNoise
from meshgait.data.store import Store
from meshgait.data.transforms import (
    AllFrames,
    ContinuousFrames,
    FrameSampling,
    OrderedFrames,
    UnorderedFrames,
    VaryingFrames,
)
from meshgait.data.write_store import write_store

__all__ = [
    "PROTOCOLS",
    "AllFrames",
    "Augmentation",
    "Backwards",
    "Batch",
    "Clips",
    "Comparison",
    "ContinuousFrames",
    "Erase",
    "Flip",
    "FrameSampling",
    "GaitSequence",
    "Group",
    "JointNoise",
    "OrderedFrames",
    "OtherView",
    "PeopleAndClips",
    "Perspective",
    "Protocol",
    "Record",
    "Rotate",
    "SequenceDataset",
    "SmplNoise",
    "Store",
    "TrainingBatches",
    "UnorderedFrames",
    "VaryingFrames",
    "collate",
    "load_clip",
    "number_people",
    "one_known_each",
    "probe_list",
    "read_protocols",
    "save_clip",
    "write_protocols",
    "write_store",
]
