"""Clips that a command was given: our own, or the bodies of any other file before a camera."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jsonargparse import ArgumentParser, Namespace

if TYPE_CHECKING:
    from meshgait.body import Body
    from meshgait.io import BodyTrack
    from meshgait.nn import Network
    from meshgait.sequence import GaitSequence, Record


class Seen(NamedTuple):
    """A clip, the frame rate if its file says it, and whether the camera is one of ours."""

    clip: GaitSequence
    fps: float | None
    by_ours: bool


def add_camera(parser: ArgumentParser) -> None:
    """From where bodies are seen that no camera saw, and which body they have."""
    from meshgait.cli._bodies import add_bodies
    from meshgait.modalities.scene import AZIMUTH_DEG, ELEVATION_DEG

    parser.add_argument(
        "--azimuth", type=float, default=AZIMUTH_DEG, help="degrees from which a motion without a "
        "camera of its own is seen: 0 is in front, 90 on the left",
    )  # fmt: skip
    parser.add_argument("--elevation", type=float, default=ELEVATION_DEG, help="degrees from above")
    add_bodies(parser)


def read_clip(
    path: Path,
    chosen: Namespace,
    read_track: Callable[[Body, Body | None], BodyTrack] | None = None,
) -> Seen:
    """A clip as it is; of a motion, a fit or another tool's file a clip with `smpl`.

    `read_track` gives the body of a file that is neither a clip nor a fit, of the body that people
    get and the one that the file means; without it, it is the longest track.
    """
    from meshgait.cli._bodies import body_of, load_bodies, read_people
    from meshgait.fitting import Fit
    from meshgait.io.clip import as_clip, is_seen
    from meshgait.sequence import load_clip
    from meshgait.sequence.kind import kind_of, names_in

    if _is_clip(path):
        return Seen(load_clip(path), None, by_ours=False)
    body, source = load_bodies(chosen)
    if kind_of(names_in(path)) == "fit":
        fit = Fit.load(path)
        return Seen(fit.to_clip(body, path.stem), fit.motion.fps, by_ours=False)
    if read_track is None:
        track = body_of(read_people(path), body=body, source=source)
        for note in track.notes:
            print(f"meshgait: {path}: {note}", file=sys.stderr)
    else:
        track = read_track(body, source)
    clip = as_clip(
        track, path.stem, body=body, azimuth_deg=chosen.azimuth, elevation_deg=chosen.elevation
    )
    return Seen(clip, track.fps, by_ours=not is_seen(track))


def modalities_in(path: Path) -> set[str]:
    """What a clip holds; a body of any other file becomes `smpl`."""
    from meshgait.sequence import Record
    from meshgait.sequence.kind import names_in

    about = set(Record.__dataclass_fields__)
    return set(names_in(path)) - about if _is_clip(path) else {"smpl"}


def _is_clip(path: Path) -> bool:
    """One of ours, or an .npz of which nobody knows anything: its arrays may be any modality."""
    from meshgait.files.torch_file import is_torch
    from meshgait.io import recognise
    from meshgait.sequence.kind import kind_of, names_in

    names = names_in(path)
    kind = kind_of(names)
    if kind is not None or not names or is_torch(path):
        return kind == "clip"
    return recognise(path) is None


def say_what_is_made(
    paths: Sequence[Path], missing: Sequence[str], by_ours: bool, chosen: Namespace
) -> None:
    """One line on stderr: of which files what was drawn, and from where it was seen."""
    more = len(paths) - 1
    which = f"{paths[0]} and {more} more" if more else str(paths[0])
    if by_ours:
        place = f"azimuth {chosen.azimuth:g} and elevation {chosen.elevation:g} degrees"
        how = f"no camera is known, it is seen from {place} (--azimuth, --elevation)"
    else:
        how = "as its own camera sees it"
    made = f"{', '.join(missing)} made of the body; " if missing else ""
    print(f"meshgait: {which}: {made}{how}", file=sys.stderr)


class WalkFiles:
    """Files as a data set for a network: what it reads is there, or made of bodies."""

    def __init__(self, paths: Sequence[Path], model: Network, chosen: Namespace) -> None:
        from meshgait.data.preparation.derived import derivable
        from meshgait.data.preparation.drawings import Form
        from meshgait.sequence import Clips
        from meshgait.sequence.kind import names_in

        self.inputs, self.form = tuple(model.inputs), Form.of(model)
        self.walks: list[Path | GaitSequence] = []
        self.records: list[Record] = []
        made: dict[tuple[bool, tuple[str, ...]], list[Path]] = {}
        for path in paths:
            names, by_ours = names_in(path), False
            if _is_clip(path):
                self.walks.append(path)
                self.records += Clips([path]).records
            else:
                clip, _, by_ours = read_clip(path, chosen)
                self.walks.append(clip)
                self.records.append(clip.record)
                names = tuple(clip.frames)
            missing = derivable(names, self.inputs, where=str(path))
            if missing or by_ours:
                made.setdefault((by_ours, tuple(missing)), []).append(path)
        for (by_ours, missing_ones), files in made.items():
            say_what_is_made(files, missing_ones, by_ours, chosen)
        self._say_who_is_there_twice()

    def _say_who_is_there_twice(self) -> None:
        for name, times in Counter(record.name for record in self.records).items():
            if times > 1:
                print(f"meshgait: {times} files are called {name}, so nothing tells their "
                      "embeddings apart; clips can hold subject, condition and view",
                      file=sys.stderr)  # fmt: skip

    def some(self, places: Sequence[int]) -> WalkFiles:
        """The files at `places`."""
        part = copy(self)
        part.walks = [self.walks[place] for place in places]
        part.records = [self.records[place] for place in places]
        return part

    def __len__(self) -> int:
        return len(self.walks)

    def __getitem__(self, index: int) -> GaitSequence:
        from meshgait.data.preparation.derived import complete
        from meshgait.sequence import load_clip

        walk = self.walks[index]
        clip = load_clip(walk) if isinstance(walk, Path) else walk
        return complete(clip, self.inputs, self.form)
