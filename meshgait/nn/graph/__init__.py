"""Layers on meshes and skeletons."""

from meshgait.nn.graph.chebyshev import Chebyshev
from meshgait.nn.graph.diffusion import Diffusion
from meshgait.nn.graph.edge_convolution import EdgeConvolution
from meshgait.nn.graph.feature_steered import FeatureSteered
from meshgait.nn.graph.graph_attention import GraphAttention, GraphAttentionV2
from meshgait.nn.graph.graph_block import GraphBlock
from meshgait.nn.graph.graph_convolution import GraphConvolution
from meshgait.nn.graph.residual_graph import COCO_JOINTS, COCO_LINKS, ResidualGraph, require_joints
from meshgait.nn.graph.shared import Shared
from meshgait.nn.graph.skeleton_graph import SkeletonGraph
from meshgait.nn.graph.sparse_map import SparseMap
from meshgait.nn.graph.spiral import Spiral

__all__ = [
    "COCO_JOINTS",
    "COCO_LINKS",
    "Chebyshev",
    "Diffusion",
    "EdgeConvolution",
    "FeatureSteered",
    "GraphAttention",
    "GraphAttentionV2",
    "GraphBlock",
    "GraphConvolution",
    "ResidualGraph",
    "Shared",
    "SkeletonGraph",
    "SparseMap",
    "Spiral",
    "require_joints",
]
