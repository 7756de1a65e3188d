"""How sequences become batches: sampling of people and frames, augmentation, padding."""

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
from meshgait.data.batches.some_sequences import SomeSequences

__all__ = [
    "AllFrames",
    "Augmentation",
    "Backwards",
    "Batch",
    "ContinuousFrames",
    "Erase",
    "Flip",
    "FlipPoints",
    "FrameSampling",
    "JointNoise",
    "OrderedFrames",
    "OtherView",
    "Perspective",
    "Rotate",
    "ScalePoints",
    "SequenceDataset",
    "SmplNoise",
    "SomeSequences",
    "SubjectsAndClips",
    "TrainingBatches",
    "UnorderedFrames",
    "VaryingFrames",
    "collate",
    "number_subjects",
]
