"""The bodies of a recording, whatever it holds: SMPL parameters, joints or markers."""

from __future__ import annotations

from meshgait.body import Body
from meshgait.io.fit_joints import fit_joints
from meshgait.io.formats.c3d import marker_joints
from meshgait.io.recording import Recording
from meshgait.io.settle_shape import settle_shape
from meshgait.io.size import embedded_body
from meshgait.io.track import BodyTrack


def to_body(
    recording: Recording,
    name: str | None = None,
    *,
    body: Body | None = None,
    source: Body | None = None,
) -> BodyTrack:
    """SMPL parameters of the track `name`, or of the longest, made where there are none.

    `body` is the one that they are for, the embedded one if it is not given, and `source` that of
    a file of SMPL-H or SMPL-X, see `settle_shape`. Raises `DataError` where there is no such track,
    and for points of a picture.
    """
    track = recording.track(name)
    if isinstance(track, BodyTrack):
        return settle_shape(track, embedded_body() if body is None else body, source)
    return fit_joints(marker_joints(track) if recording.format.name == "c3d" else track)
