"""Models: from named modalities to one embedding (B, P, C) per sequence."""

from meshgait.models.gaitgl import GaitGL
from meshgait.models.gaitpart import GaitPart
from meshgait.models.gaitset import GaitSet
from meshgait.models.gei import GEI
from meshgait.models.gln import GLN
from meshgait.models.mtsgait import MTSGait
from meshgait.models.sln import SLN
from meshgait.models.smplgait import SMPLGait

__all__ = ["GEI", "GLN", "SLN", "GaitGL", "GaitPart", "GaitSet", "MTSGait", "SMPLGait"]
