"""Bodies in SMPL's format: the embedded one, files, decoding, names."""

from meshgait.body.decode import Body
from meshgait.body.names import JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS, LANDMARK_NAMES

__all__ = ["JOINT_INDEX", "JOINT_NAMES", "JOINT_PARENTS", "LANDMARK_NAMES", "Body"]
