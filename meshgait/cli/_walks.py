"""The walk that a command is about: a file of the user's or a walker of ours."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jsonargparse import ArgumentParser, Namespace

from meshgait.body import Body
from meshgait.cli._bodies import add_bodies
from meshgait.sequence.motion import Motion

if TYPE_CHECKING:
    from meshgait.io import Actor


def add_walk(parser: ArgumentParser) -> None:
    """Arguments that choose a walk and the body that walks."""
    parser.add_argument(
        "walk", nargs="?", type=Path, help=".npz with pose (T, 72) and perhaps betas, transl and "
        "fps, a clip with smpl (T, 85), or a file of ROMP, 4D-Humans, AMASS, BVH or any other tool "
        "that meshgait convert reads; without it somebody walks who is drawn from --seed",
    )  # fmt: skip
    parser.add_argument("--fps", type=float | None, default=None, help="frames a second, where "
                        "the file does not say, and of somebody without a file")  # fmt: skip
    add_bodies(parser)
    parser.add_argument("--seed", type=int, default=1, help="who walks without a file")
    parser.add_argument("--frames", type=int, default=60, help="how long without a file")


def read_actors(chosen: Namespace, others: Sequence[Path] = ()) -> tuple[Body, list[list[Actor]]]:
    """Everybody of the walk's file, and of each other file, for a scene."""
    from meshgait.cli._bodies import body_of, load_bodies, read_people
    from meshgait.io import Actor
    from meshgait.io.write import actors_of

    body, source = load_bodies(chosen)
    films, paths = [], list(others)
    if chosen.walk is None:
        films.append([Actor.of(f"walker {chosen.seed}", _walker(chosen, body))])
    else:
        paths.insert(0, chosen.walk)
    for path in paths:
        recording, tracks = read_people(path), {}
        for name in map(str, recording.tracks):
            track = body_of(recording, name, body=body, source=source).timed(chosen.fps)
            for note in track.notes:
                print(f"meshgait: {path}: {note}", file=sys.stderr)
            label = path.stem if len(recording.tracks) == 1 else f"{path.stem}, {name}"
            tracks[label] = track
        films.append(actors_of(tracks, body))
    return body, films


def read_walk(chosen: Namespace) -> tuple[Body, Motion]:
    """The body and its motion."""
    from meshgait.cli._bodies import body_of, load_bodies, read_people

    body, source = load_bodies(chosen)
    if chosen.walk is None:
        return body, _walker(chosen, body)
    track = body_of(read_people(chosen.walk), body=body, source=source).timed(chosen.fps)
    for note in track.notes:
        print(f"meshgait: {note}", file=sys.stderr)
    return body, track.to_motion(body)


def _walker(chosen: Namespace, body: Body) -> Motion:
    """The motion of somebody who is drawn."""
    import numpy as np

    from meshgait.errors import ConfigError
    from meshgait.walker import Identity, Route, walk

    if chosen.seed < 0:
        raise ConfigError(f"the seed must be 0 or more, got {chosen.seed}")
    person = Identity.draw(np.random.default_rng(chosen.seed))
    return walk(body, person, Route(), frames=chosen.frames, fps=chosen.fps or 25.0).motion
