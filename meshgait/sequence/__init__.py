"""What the whole library passes around: recorded walks, and motions as SMPL parameters."""

from meshgait.sequence.clips import Clips, load_clip, save_clip
from meshgait.sequence.motion import Motion, load_motion, save_motion
from meshgait.sequence.sequence import GaitSequence, Record

__all__ = [
    "Clips",
    "GaitSequence",
    "Motion",
    "Record",
    "load_clip",
    "load_motion",
    "save_clip",
    "save_motion",
]
