"""Bodies in SMPL's format: the embedded one, files, decoding, names and parts."""

from meshgait.body.decode import Body
from meshgait.body.names import JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS, LANDMARK_NAMES
from meshgait.body.parts import PARSING_NAMES, joint_labels, parsing_labels

__all__ = [
    "JOINT_INDEX",
    "JOINT_NAMES",
    "JOINT_PARENTS",
    "LANDMARK_NAMES",
    "PARSING_NAMES",
    "Body",
    "joint_labels",
    "parsing_labels",
]
