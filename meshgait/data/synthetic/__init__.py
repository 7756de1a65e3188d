"""Walkers as a data set."""

from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.data.synthetic.endless import EndlessGait
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.data.synthetic.segmentation import SegmentationNoise

__all__ = [
    "EndlessGait",
    "SegmentationNoise",
    "SyntheticGait",
    "WildConfig",
]
