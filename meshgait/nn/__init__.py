"""Small layers that the models are made of."""

from meshgait.nn.attention_fusion import AttentionFusion
from meshgait.nn.convolution import ConvStack, Stages, scale_channels
from meshgait.nn.frames import Frames
from meshgait.nn.images import to_unit_range
from meshgait.nn.initialise import initialise_
from meshgait.nn.parsing import is_any_of, label_image, pool_pixels, shrink_labels
from meshgait.nn.part_linear import PartLinear
from meshgait.nn.pyramid import PYRAMID, horizontal_pyramid
from meshgait.nn.residual import (
    FrameBlock,
    PseudoVolumeBlock,
    ResidualNetwork,
    ResidualStage,
    Stem,
    VolumeBlock,
)
from meshgait.nn.residual_graph import COCO_LINKS, ResidualGraph
from meshgait.nn.spatial_transform import SpatialTransform, transform_columns
from meshgait.nn.temporal import close_up, line_up, mean_over_time, over_time, reverse

__all__ = [
    "COCO_LINKS",
    "PYRAMID",
    "AttentionFusion",
    "ConvStack",
    "FrameBlock",
    "Frames",
    "PartLinear",
    "PseudoVolumeBlock",
    "ResidualGraph",
    "ResidualNetwork",
    "ResidualStage",
    "SpatialTransform",
    "Stages",
    "Stem",
    "VolumeBlock",
    "close_up",
    "horizontal_pyramid",
    "initialise_",
    "is_any_of",
    "label_image",
    "line_up",
    "mean_over_time",
    "over_time",
    "pool_pixels",
    "reverse",
    "scale_channels",
    "shrink_labels",
    "to_unit_range",
    "transform_columns",
]
