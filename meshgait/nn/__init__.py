"""Small layers that the models are made of."""

from meshgait.nn.calibrate import calibrate_
from meshgait.nn.convolution import ConvStack, Stages, scale_channels
from meshgait.nn.frames import Frames
from meshgait.nn.images import to_unit_range
from meshgait.nn.initialise import initialise_
from meshgait.nn.part_linear import PartLinear
from meshgait.nn.pyramid import PYRAMID, horizontal_pyramid
from meshgait.nn.spatial_transform import SpatialTransform, transform_columns

__all__ = [
    "PYRAMID",
    "ConvStack",
    "Frames",
    "PartLinear",
    "SpatialTransform",
    "Stages",
    "calibrate_",
    "horizontal_pyramid",
    "initialise_",
    "scale_channels",
    "to_unit_range",
    "transform_columns",
]
