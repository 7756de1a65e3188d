"""The body of a file that a command was given, whoever wrote it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from jsonargparse import ArgumentParser, Namespace

if TYPE_CHECKING:
    from meshgait.body import Body
    from meshgait.io import BodyTrack, Recording


def read_people(path: Path) -> Recording:
    """As `meshgait.io.read`; whole data sets, which other options take, are refused."""
    from meshgait.errors import DataError
    from meshgait.io import read
    from meshgait.sequence.kind import describe_file

    if path.is_dir() and describe_file(path) != "a folder":
        raise DataError(
            f"{path} is {describe_file(path)}, and one walk is wanted; embed, evaluate, explain "
            "and train take it with --store"
        )
    return read(path)


def add_bodies(parser: ArgumentParser) -> None:
    """Which body people get, and which one their files mean."""
    parser.add_argument(
        "--body", type=Path | None, default=None, help="body model file (SMPL, SMPL-H or SMPL-X) "
        "in place of the embedded one",
    )  # fmt: skip
    parser.add_argument(
        "--source-body", type=Path | None, default=None, help="body model file (SMPL-H, SMPL-X) "
        "that the shapes of a file belong to; without it the body keeps the mean shape",
    )  # fmt: skip


def load_bodies(chosen: Namespace) -> tuple[Body, Body | None]:
    """The body that people get, and the one that their files mean, if it was given."""
    from meshgait.body import Body

    body = Body.embedded() if chosen.body is None else Body.load(chosen.body)
    return body, None if chosen.source_body is None else Body.load(chosen.source_body)


def body_of(
    recording: Recording,
    name: str | None = None,
    *,
    body: Body | None = None,
    source: Body | None = None,
) -> BodyTrack:
    """SMPL parameters of a track; bodies are made where the file holds joints or markers.

    Of several people the one seen longest is taken unless `name` says who, and stderr says so.
    `body` and `source` are as in `to_body`.
    """
    from meshgait.io import to_body

    if len(recording.tracks) > 1 and name is None:
        names = ", ".join(map(str, recording.tracks))
        print(f"meshgait: taking track {recording.longest()} of {names}", file=sys.stderr)
    return to_body(recording, name, body=body, source=source)
