"""The body of a file that a command was given, whoever wrote it."""

from __future__ import annotations

import sys
from pathlib import Path

from meshgait.errors import DataError
from meshgait.io import BodyTrack, Recording, read, to_body
from meshgait.sequence.kind import describe_file


def read_people(path: Path) -> Recording:
    """As `meshgait.io.read`; whole data sets, which other options take, are refused."""
    if path.is_dir() and describe_file(path) != "a folder":
        raise DataError(
            f"{path} is {describe_file(path)}, and one walk is wanted; embed, evaluate, explain "
            "and train take it with --store"
        )
    return read(path)


def body_of(recording: Recording, name: str | None = None) -> BodyTrack:
    """SMPL parameters of a track; bodies are made where the file holds joints or markers.

    Of several people the one seen longest is taken unless `name` says who, and stderr says so.
    """
    if len(recording.tracks) > 1 and name is None:
        names = ", ".join(map(str, recording.tracks))
        print(f"meshgait: taking track {recording.longest()} of {names}", file=sys.stderr)
    return to_body(recording, name)
