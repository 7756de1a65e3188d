"""The bodies of a recording, whatever it holds: SMPL parameters, joints or markers."""

from __future__ import annotations

from meshgait.io.fit_joints import fit_joints
from meshgait.io.formats.c3d import marker_joints
from meshgait.io.recording import Recording
from meshgait.io.track import BodyTrack


def to_body(recording: Recording, name: str | None = None) -> BodyTrack:
    """SMPL parameters of the track `name`, or of the longest, made where there are none.

    Raises `DataError` where there is no such track, and for points of a picture.
    """
    track = recording.track(name)
    if isinstance(track, BodyTrack):
        return track
    return fit_joints(marker_joints(track) if recording.format.name == "c3d" else track)
