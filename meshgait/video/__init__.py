"""People in videos: found, followed, cut out and, if asked, fitted with bodies."""

import sys
from typing import TYPE_CHECKING

from meshgait._lazy import when_touched

if TYPE_CHECKING:
    from meshgait.video.detect import Detector, PoseDetector
    from meshgait.video.landmarks import Landmarker, PoseLandmarker, Sighting
    from meshgait.video.painted import Painted, PaintedScene
    from meshgait.video.pipeline import VideoConfig, process
    from meshgait.video.reader import Frame, Video, open_video
    from meshgait.video.region import Patch, Region
    from meshgait.video.segment import Segmenter
    from meshgait.video.several import process_all
    from meshgait.video.sources import find_videos
    from meshgait.video.track import PoseTracker, Seen, Tracker
    from meshgait.video.weights import pose_weights

__all__ = [
    "Detector",
    "Frame",
    "Landmarker",
    "Painted",
    "PaintedScene",
    "Patch",
    "PoseDetector",
    "PoseLandmarker",
    "PoseTracker",
    "Region",
    "Seen",
    "Segmenter",
    "Sighting",
    "Tracker",
    "Video",
    "VideoConfig",
    "find_videos",
    "open_video",
    "pose_weights",
    "process",
    "process_all",
]

__getattr__, __dir__ = when_touched(sys.modules[__name__])
