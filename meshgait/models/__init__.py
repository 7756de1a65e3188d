"""Models: from named modalities to one embedding (B, P, C) per sequence."""

from meshgait.models.astsn import ASTSN
from meshgait.models.cstl import CSTL
from meshgait.models.gaitgl import GaitGL
from meshgait.models.gaitnet import GaitNet
from meshgait.models.gaitpart import GaitPart
from meshgait.models.gaitset import GaitSet
from meshgait.models.gei import GEI
from meshgait.models.geinet import GEINet
from meshgait.models.gln import GLN
from meshgait.models.mtsgait import MTSGait
from meshgait.models.sianet import SiaNet
from meshgait.models.sln import SLN
from meshgait.models.smplgait import SMPLGait

__all__ = [
    "ASTSN",
    "CSTL",
    "GEI",
    "GLN",
    "SLN",
    "GEINet",
    "GaitGL",
    "GaitNet",
    "GaitPart",
    "GaitSet",
    "MTSGait",
    "SMPLGait",
    "SiaNet",
]
