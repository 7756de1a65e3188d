"""Gait3D's 2D poses (HRNet, Sun et al., CVPR 2019): a folder with one text file a frame.

Each holds x, y and confidence of COCO's 17 keypoints with commas or blanks between, which two more
numbers may precede. Recalled from the literature, not checked against the data set.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from meshgait.errors import DataError
from meshgait.io.checked import numbers
from meshgait.io.content import Folder, Text, read_content
from meshgait.io.formats.romp import frame_of
from meshgait.io.keypoints import people_tracks
from meshgait.io.recording import Format
from meshgait.io.track import Track, TrackId

_COUNTS = (51, 53)
_LONGEST = 4000  # characters: a person is a few hundred


def _claims(content: Any) -> bool:
    if isinstance(content, Folder):
        files = content.files.get(".txt", ())
        return bool(files) and _claims(read_content(files[0]))
    return isinstance(content, Text) and _values(content) is not None


def _values(content: Text) -> np.ndarray | None:
    if len(content.text) > _LONGEST:
        return None
    try:
        found = [float(word) for word in re.split(r"[\s,]+", content.text.strip())]
    except ValueError:
        return None
    return np.array(found) if len(found) in _COUNTS else None


def _tracks(content: Any) -> dict[TrackId, Track]:
    files = {0: content} if isinstance(content, Text) else {}
    if isinstance(content, Folder):
        for place, file in enumerate(content.files[".txt"]):
            frame = frame_of(file, place)
            if frame in files:
                raise DataError(f"two files are of frame {frame}, the second {file.name}")
            files[frame] = read_content(file)
    frames = {}
    for frame, text in files.items():
        found = _values(text) if isinstance(text, Text) else None
        if found is None:
            raise DataError(f"frame {frame} has not 17 keypoints of 3 numbers")
        frames[frame] = [numbers("keypoints", found)[-51:].reshape(17, 3)]
    return people_tracks(frames, {frame: [0] for frame in frames})


HRNET = Format("hrnet", "HRNet poses of Gait3D", verified=False, claims=_claims, tracks=_tracks)
