"""Small layers that the models are made of."""

from meshgait.nn.compact import CompactBlock
from meshgait.nn.convolution import (
    ConvStack,
    Stages,
    StripConv2d,
    check_width,
    join_strips,
    scale_channels,
    split_strips,
)
from meshgait.nn.frames import Frames
from meshgait.nn.generalised_mean import GeneralisedMean
from meshgait.nn.global_local import GlobalLocal, volume_convolution
from meshgait.nn.images import to_unit_range
from meshgait.nn.initialise import initialise_
from meshgait.nn.micro_motion import MicroMotion
from meshgait.nn.mix_frames import mix_frames
from meshgait.nn.part_linear import PartLinear
from meshgait.nn.part_pointwise import PartPointwise
from meshgait.nn.pyramid import PYRAMID, horizontal_pyramid
from meshgait.nn.spatial_transform import SpatialTransform, transform_columns

__all__ = [
    "PYRAMID",
    "CompactBlock",
    "ConvStack",
    "Frames",
    "GeneralisedMean",
    "GlobalLocal",
    "MicroMotion",
    "PartLinear",
    "PartPointwise",
    "SpatialTransform",
    "Stages",
    "StripConv2d",
    "check_width",
    "horizontal_pyramid",
    "initialise_",
    "join_strips",
    "mix_frames",
    "scale_channels",
    "split_strips",
    "to_unit_range",
    "transform_columns",
    "volume_convolution",
]
