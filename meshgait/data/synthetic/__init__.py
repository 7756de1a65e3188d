"""Walkers, and people of motion capture, as data sets."""

from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.data.synthetic.endless import EndlessGait
from meshgait.data.synthetic.motion_gait import MotionGait
from meshgait.data.synthetic.motion_survey import survey_motion
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.data.synthetic.segmentation import SegmentationNoise

__all__ = [
    "EndlessGait",
    "MotionGait",
    "SegmentationNoise",
    "SyntheticGait",
    "WildConfig",
    "survey_motion",
]
