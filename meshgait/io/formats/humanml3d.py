"""HumanML3D (Guo et al., CVPR 2022): an .npy of 22 joints in metres, 20 frames a second.

The joints are the first 22 of SMPL, which makes a body of them by `fit_joints`. Up is y, unless the
head is elsewhere in most frames, as in joints of AMASS that were not turned. Recalled from the
literature; the feature vectors of 263 numbers are not read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from meshgait.body import JOINT_NAMES
from meshgait.io.ground import up_axis
from meshgait.io.recording import Format
from meshgait.io.track import Track, TrackId, point_track


def _claims(content: Any) -> bool:
    return isinstance(content, np.ndarray) and content.ndim == 3 and content.shape[1:] == (22, 3)


def _tracks(content: Any) -> dict[TrackId, Track]:
    track = point_track(
        frames=None, points=content, names=JOINT_NAMES[:22], unit="m", axes="y up", fps=20
    )
    points = dict(zip(track.names, np.moveaxis(track.points, 1, 0), strict=True))
    return {0: replace(track, axes=up_axis(points))}


HUMANML3D = Format("humanml3d", "HumanML3D", verified=False, claims=_claims, tracks=_tracks)
