"""Models: from named modalities to one embedding (B, P, C) per sequence."""

from meshgait.models.astsn import ASTSN
from meshgait.models.cgi import CGI
from meshgait.models.cstl import CSTL
from meshgait.models.deepgaitv2 import DeepGaitV2
from meshgait.models.find import all_models, create, name_of, networks
from meshgait.models.fusiongait import FusionGait
from meshgait.models.gaitbase import GaitBase
from meshgait.models.gaitgl import GaitGL
from meshgait.models.gaitgraph import GaitGraph
from meshgait.models.gaitgraph2 import GaitGraph2
from meshgait.models.gaitnet import GaitNet
from meshgait.models.gaitpart import GaitPart
from meshgait.models.gaitset import GaitSet
from meshgait.models.gaitssb import GaitSSB
from meshgait.models.gaittr import GaitTR
from meshgait.models.gei import GEI
from meshgait.models.geinet import GEINet
from meshgait.models.gln import GLN
from meshgait.models.hybridgait import HybridGait
from meshgait.models.lidargait import LidarGait
from meshgait.models.lidargaitpp import LidarGaitPP
from meshgait.models.meshgait import MeshGait
from meshgait.models.meshnet import MeshNet
from meshgait.models.msgg import MSGG
from meshgait.models.mtsgait import MTSGait
from meshgait.models.multigaitpp import MultiGaitPP
from meshgait.models.parsinggait import ParsingGait
from meshgait.models.pointnet import PointNet
from meshgait.models.posegait import PoseGait
from meshgait.models.refinegait import RefineGait
from meshgait.models.sianet import SiaNet
from meshgait.models.skeletongait import SkeletonGait
from meshgait.models.skeletongaitpp import SkeletonGaitPP
from meshgait.models.skeletongcn import SkeletonGCN
from meshgait.models.sln import SLN
from meshgait.models.smplgait import SMPLGait
from meshgait.models.swingait import SwinGait
from meshgait.models.voxel_legs import VoxelLegs
from meshgait.models.xgait import XGait

__all__ = [
    "ASTSN",
    "CGI",
    "CSTL",
    "GEI",
    "GLN",
    "MSGG",
    "SLN",
    "DeepGaitV2",
    "FusionGait",
    "GEINet",
    "GaitBase",
    "GaitGL",
    "GaitGraph",
    "GaitGraph2",
    "GaitNet",
    "GaitPart",
    "GaitSSB",
    "GaitSet",
    "GaitTR",
    "HybridGait",
    "LidarGait",
    "LidarGaitPP",
    "MTSGait",
    "MeshGait",
    "MeshNet",
    "MultiGaitPP",
    "ParsingGait",
    "PointNet",
    "PoseGait",
    "RefineGait",
    "SMPLGait",
    "SiaNet",
    "SkeletonGCN",
    "SkeletonGait",
    "SkeletonGaitPP",
    "SwinGait",
    "VoxelLegs",
    "XGait",
    "all_models",
    "create",
    "name_of",
    "networks",
]
