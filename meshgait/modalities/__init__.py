"""Gait representations, each a pure function of a mesh or of another representation."""

from meshgait.modalities.alignment import align
from meshgait.modalities.articulated_cylinders import Legs, articulated_cylinders
from meshgait.modalities.cgi import cgi
from meshgait.modalities.cylinders import Cylinders, cylinder_mesh, cylinders
from meshgait.modalities.depth import depth
from meshgait.modalities.events import Events, event_frames, event_voxels, events, watch
from meshgait.modalities.flow import flow, flow_image, normalized_flow
from meshgait.modalities.front_silhouette import front_silhouette
from meshgait.modalities.gait_cycle import GaitCycle, aligned_frames, gait_cycle, whole_cycles
from meshgait.modalities.gei import gei
from meshgait.modalities.heading import heading
from meshgait.modalities.joint_set import (
    BODY18,
    COCO17,
    H36M17,
    JOINT_SETS,
    OPENPOSE25,
    SMPL24,
    JointSet,
)
from meshgait.modalities.lidar import Lidar, LidarScan, lidar, sample_returns
from meshgait.modalities.lidar_depth import depth_image, metric_depth_image
from meshgait.modalities.mesh_frames import canonical_mesh, mesh_in_camera, velocity
from meshgait.modalities.normalized_coverage import gait_map, median_column, normalized_coverage
from meshgait.modalities.normals import normals
from meshgait.modalities.parsing import PARSING_LABELS, normalize_parsing
from meshgait.modalities.parts import parts
from meshgait.modalities.points import PointCloud, points
from meshgait.modalities.pose_heatmap import pose_heatmap
from meshgait.modalities.silhouette import is_visible, normalize_silhouette, silhouette
from meshgait.modalities.skeleton2d import skeleton2d
from meshgait.modalities.skeleton3d import skeleton3d
from meshgait.modalities.voxels import Grid, visual_hull, voxels

__all__ = [
    "BODY18",
    "COCO17",
    "H36M17",
    "JOINT_SETS",
    "OPENPOSE25",
    "PARSING_LABELS",
    "SMPL24",
    "Cylinders",
    "Events",
    "GaitCycle",
    "Grid",
    "JointSet",
    "Legs",
    "Lidar",
    "LidarScan",
    "PointCloud",
    "align",
    "aligned_frames",
    "articulated_cylinders",
    "canonical_mesh",
    "cgi",
    "cylinder_mesh",
    "cylinders",
    "depth",
    "depth_image",
    "event_frames",
    "event_voxels",
    "events",
    "flow",
    "flow_image",
    "front_silhouette",
    "gait_cycle",
    "gait_map",
    "gei",
    "heading",
    "is_visible",
    "lidar",
    "median_column",
    "mesh_in_camera",
    "metric_depth_image",
    "normalize_parsing",
    "normalize_silhouette",
    "normalized_coverage",
    "normalized_flow",
    "normals",
    "parts",
    "points",
    "pose_heatmap",
    "sample_returns",
    "silhouette",
    "skeleton2d",
    "skeleton3d",
    "velocity",
    "visual_hull",
    "voxels",
    "watch",
    "whole_cycles",
]
