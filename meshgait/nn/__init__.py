"""Small layers that the models are made of."""

from meshgait.nn.attention_fusion import AttentionFusion
from meshgait.nn.calibrate import calibrate_
from meshgait.nn.compact import CompactBlock
from meshgait.nn.configured import configured
from meshgait.nn.convolution import (
    ConvStack,
    Stages,
    StripConv2d,
    check_width,
    join_strips,
    put_channels_last_,
    scale_channels,
    split_strips,
)
from meshgait.nn.deformable import DeformableConv2d
from meshgait.nn.embed import embed_sequences
from meshgait.nn.frame_statistics import frame_statistics
from meshgait.nn.frames import Frames
from meshgait.nn.generalised_mean import GeneralisedMean
from meshgait.nn.global_local import GlobalLocal
from meshgait.nn.images import to_unit_range
from meshgait.nn.initialise import initialise_
from meshgait.nn.micro_motion import MicroMotion
from meshgait.nn.mix_frames import mix_frames
from meshgait.nn.network import Network, require_network, try_network
from meshgait.nn.parsing import is_any_of, label_image, pool_pixels, shrink_labels
from meshgait.nn.part_fusion import Fusion, PartFusion
from meshgait.nn.part_linear import PartLinear
from meshgait.nn.part_pointwise import PartPointwise
from meshgait.nn.point_sets import (
    Neighbours,
    PointLayers,
    SetAbstraction,
    farthest_points,
    find_neighbours,
    is_normalized,
    normalize_points,
)
from meshgait.nn.pyramid import PYRAMID, horizontal_pyramid
from meshgait.nn.residual import (
    BlockKind,
    FrameBlock,
    PseudoVolumeBlock,
    ResidualNetwork,
    ResidualStage,
    Stem,
    VolumeBlock,
)
from meshgait.nn.shape_correction import ShapeCorrection
from meshgait.nn.spatial_transform import SpatialTransform, transform_columns
from meshgait.nn.temporal import align, convolution_3d, over_time, pack_reversed
from meshgait.nn.temporal_mixing import Mixing, TemporalMixing
from meshgait.nn.vlad import NetVlad
from meshgait.nn.windows import WindowBlock, cut_windows

__all__ = [
    "PYRAMID",
    "AttentionFusion",
    "BlockKind",
    "CompactBlock",
    "ConvStack",
    "DeformableConv2d",
    "FrameBlock",
    "Frames",
    "Fusion",
    "GeneralisedMean",
    "GlobalLocal",
    "MicroMotion",
    "Mixing",
    "Neighbours",
    "NetVlad",
    "Network",
    "PartFusion",
    "PartLinear",
    "PartPointwise",
    "PointLayers",
    "PseudoVolumeBlock",
    "ResidualNetwork",
    "ResidualStage",
    "SetAbstraction",
    "ShapeCorrection",
    "SpatialTransform",
    "Stages",
    "Stem",
    "StripConv2d",
    "TemporalMixing",
    "VolumeBlock",
    "WindowBlock",
    "align",
    "calibrate_",
    "check_width",
    "configured",
    "convolution_3d",
    "cut_windows",
    "embed_sequences",
    "farthest_points",
    "find_neighbours",
    "frame_statistics",
    "horizontal_pyramid",
    "initialise_",
    "is_any_of",
    "is_normalized",
    "join_strips",
    "label_image",
    "mix_frames",
    "normalize_points",
    "over_time",
    "pack_reversed",
    "pool_pixels",
    "put_channels_last_",
    "require_network",
    "scale_channels",
    "shrink_labels",
    "split_strips",
    "to_unit_range",
    "transform_columns",
    "try_network",
]
