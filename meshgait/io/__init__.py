"""Readers and writers of other people's files: bodies, keypoints and motion capture."""

from meshgait.io.bodies import to_body
from meshgait.io.clip import as_clip
from meshgait.io.continuity import Jump, Limits, find_jumps
from meshgait.io.fit_joints import fit_joints
from meshgait.io.formats.amass import write_amass
from meshgait.io.formats.bvh import write_bvh
from meshgait.io.formats.c3d import marker_joints
from meshgait.io.formats.gait3d import write_gait3d
from meshgait.io.formats.gltf import Actor, write_gltf
from meshgait.io.formats.mesh_sequence import write_mesh_sequence
from meshgait.io.read import ALL_FORMATS, FORMATS, read, read_seen, recognise
from meshgait.io.recording import Format, Recording
from meshgait.io.seen import Seen
from meshgait.io.settle_shape import settle_shape
from meshgait.io.smooth import fill_gaps, resample, smooth
from meshgait.io.track import BodyTrack, PointTrack, WeakCamera
from meshgait.io.write import write

__all__ = [
    "ALL_FORMATS",
    "FORMATS",
    "Actor",
    "BodyTrack",
    "Format",
    "Jump",
    "Limits",
    "PointTrack",
    "Recording",
    "Seen",
    "WeakCamera",
    "as_clip",
    "fill_gaps",
    "find_jumps",
    "fit_joints",
    "marker_joints",
    "read",
    "read_seen",
    "recognise",
    "resample",
    "settle_shape",
    "smooth",
    "to_body",
    "write",
    "write_amass",
    "write_bvh",
    "write_gait3d",
    "write_gltf",
    "write_mesh_sequence",
]
