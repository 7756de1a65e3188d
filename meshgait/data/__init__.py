"""Data sets: how they are read, stored, searched and made into batches."""

from meshgait.data.batches.augment import (
    Augmentation,
    Backwards,
    Erase,
    Flip,
    JointNoise,
    Perspective,
    Rotate,
)
from meshgait.data.batches.augment_points import FlipPoints, ScalePoints
from meshgait.data.batches.collate import Batch, collate
from meshgait.data.batches.frame_sampling import (
    AllFrames,
    ContinuousFrames,
    FrameSampling,
    OrderedFrames,
    UnorderedFrames,
    VaryingFrames,
)
from meshgait.data.batches.other_view import OtherView
from meshgait.data.batches.sampler import (
    SequenceDataset,
    SubjectsAndClips,
    TrainingBatches,
    number_subjects,
)
from meshgait.data.batches.smpl_noise import SmplNoise
from meshgait.data.protocols.files import read_protocols, write_protocols
from meshgait.data.protocols.protocol import Comparison, Group, Protocol
from meshgait.data.protocols.published import (
    ALL_PROTOCOLS,
    PROTOCOLS,
    one_known_each,
    probe_list,
)
from meshgait.data.store.read import Store
from meshgait.data.store.write import write_store

__all__ = [
    "ALL_PROTOCOLS",
    "PROTOCOLS",
    "AllFrames",
    "Augmentation",
    "Backwards",
    "Batch",
    "Comparison",
    "ContinuousFrames",
    "Erase",
    "Flip",
    "FlipPoints",
    "FrameSampling",
    "Group",
    "JointNoise",
    "OrderedFrames",
    "OtherView",
    "Perspective",
    "Protocol",
    "Rotate",
    "ScalePoints",
    "SequenceDataset",
    "SmplNoise",
    "Store",
    "SubjectsAndClips",
    "TrainingBatches",
    "UnorderedFrames",
    "VaryingFrames",
    "collate",
    "number_subjects",
    "one_known_each",
    "probe_list",
    "read_protocols",
    "write_protocols",
    "write_store",
]
