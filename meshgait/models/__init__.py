"""Models: from named modalities to one embedding (B, P, C) per sequence."""

from meshgait.models.gaitset import GaitSet
from meshgait.models.gei import GEI
from meshgait.models.mtsgait import MTSGait
from meshgait.models.sln import SLN
from meshgait.models.smplgait import SMPLGait

__all__ = ["GEI", "SLN", "GaitSet", "MTSGait", "SMPLGait"]
