"""Models: from named modalities to one embedding (B, P, C) per sequence."""

from meshgait.models.gei import GEI
from meshgait.models.sln import SLN
from meshgait.models.smplgait import SMPLGait

__all__ = ["GEI", "SLN", "SMPLGait"]
