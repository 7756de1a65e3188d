"""Models: from named modalities to one embedding (B, P, C) per sequence."""

from meshgait.models.deepgaitv2 import DeepGaitV2
from meshgait.models.gaitbase import GaitBase
from meshgait.models.gaitgraph import GaitGraph
from meshgait.models.gaitgraph2 import GaitGraph2
from meshgait.models.gei import GEI
from meshgait.models.parsinggait import ParsingGait
from meshgait.models.skeletongait import SkeletonGait
from meshgait.models.skeletongaitpp import SkeletonGaitPP
from meshgait.models.sln import SLN
from meshgait.models.smplgait import SMPLGait
from meshgait.models.xgait import XGait

__all__ = [
    "DeepGaitV2",
    "GEI",
    "GaitBase",
    "GaitGraph",
    "GaitGraph2",
    "ParsingGait",
    "SLN",
    "SMPLGait",
    "SkeletonGait",
    "SkeletonGaitPP",
    "XGait",
]
