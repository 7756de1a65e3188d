"""Turn what other tools wrote into ours, Gait3D's, AMASS, BVH, glTF, OBJ or PLY."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jsonargparse import ArgumentParser, Namespace

from meshgait.cli._clips import add_camera, read_clip, say_what_is_made
from meshgait.cli._parsing import make_parser, parse

if TYPE_CHECKING:
    from meshgait.body import Body
    from meshgait.io import BodyTrack, Recording


def run(arguments: Sequence[str]) -> None:
    """Read, warn of jumps, fill gaps and smooth if asked, write."""
    from meshgait.cli._bodies import load_bodies
    from meshgait.errors import ConfigError
    from meshgait.io import write
    from meshgait.io.write import target_of

    chosen = parse(_parser(), arguments)
    target = chosen.to or target_of(chosen.out)
    if target == "clip":
        return _write_clip(chosen)
    if chosen.modalities:
        raise ConfigError("--modalities are those of a clip; add --to clip")
    if chosen.correctives and target != "glb":
        raise ConfigError("--correctives are those of a .glb")
    body, source = load_bodies(chosen)
    if target == "glb":
        return _write_gltf(chosen, body, source)
    recording, track = _read_track(chosen, body, source)
    path = write(chosen.out, track, body, target, fps=chosen.fps)
    kind = f"{target}, a file for each frame" if path.is_dir() else target
    print(f"{path}: {len(track)} frames of {recording.format.title} as {kind}")
    return None


def _write_gltf(chosen: Namespace, body: Body, source: Body | None) -> None:
    """Everybody of the file, or who was asked for."""
    from meshgait.cli._bodies import body_of, read_people
    from meshgait.io import write_gltf
    from meshgait.io.write import actors_of

    recording = read_people(chosen.file)
    names = [str(name) for name in recording.tracks] if chosen.track is None else [chosen.track]
    tracks = {
        chosen.out.stem if len(names) == 1 else name: _prepared(
            body_of(recording, name, body=body, source=source), chosen
        )
        for name in names
    }
    actors = actors_of(tracks, body, fps=chosen.fps)
    off = write_gltf(chosen.out, actors, body, correctives=chosen.correctives)
    people = f", {len(actors)} people" if len(actors) > 1 else ""
    without = "" if chosen.correctives else " without the skin's correctives (--correctives)"
    frames = max(len(actor.motion) for actor in actors)
    print(f"{chosen.out}: {frames} frames of {recording.format.title} as glb{people}; vertices are "
          f"off by {off:.1f} mm at most{without}")  # fmt: skip


def _parser() -> ArgumentParser:
    from meshgait.io.write import Target

    parser = make_parser("convert", __doc__)
    parser.add_argument("file", type=Path, help="a file or folder of any format that is known; "
                        "what it is shows its content, not its name")  # fmt: skip
    parser.add_argument("-o", "--out", type=Path, required=True, help="file to write")
    parser.add_argument("--to", type=Target | None, default=None, help="format to write, where "
                        "the ending of the file does not say it; .npz is a motion")  # fmt: skip
    parser.add_argument("--track", type=str | None, default=None, help="who, in a video of several "
                        "people; otherwise who is seen longest")  # fmt: skip
    parser.add_argument("--fps", type=float | None, default=None, help="frames a second, where "
                        "the file does not say; else what is usual, with a warning")  # fmt: skip
    parser.add_argument("--fps-out", type=float | None, default=None, help="frames a second to "
                        "write, where they shall be others")  # fmt: skip
    parser.add_argument("--fill", type=int, default=0, help="frames that may be missing in a row "
                        "and are filled in")  # fmt: skip
    parser.add_argument("--smooth", type=float, default=0.0, help="frames over which to smooth")
    parser.add_argument("--modalities", type=list[str], default=[], help="what a clip is to "
                        "hold beside smpl, such as [silhouette,skeleton2d]")  # fmt: skip
    parser.add_argument("--correctives", action="store_true", help="keep in a .glb what the pose "
                        "adds to the skin, as morph targets")  # fmt: skip
    add_camera(parser)
    return parser


def _read_track(chosen: Namespace, body: Body, source: Body | None) -> tuple[Recording, BodyTrack]:
    from meshgait.cli._bodies import body_of, read_people

    recording = read_people(chosen.file)
    return recording, _prepared(body_of(recording, chosen.track, body=body, source=source), chosen)


def _prepared(track: BodyTrack, chosen: Namespace) -> BodyTrack:
    """Warn of jumps, fill gaps, smooth and resample as is asked for."""
    from meshgait.io import fill_gaps, find_jumps, resample, smooth
    from meshgait.io.write import TIMED, target_of

    for jump in find_jumps(track):
        print(f"meshgait: frame {jump.frame}: sudden change of {jump.what} by {jump.size:.2f}; "
              "perhaps the track switches to somebody else", file=sys.stderr)  # fmt: skip
    if chosen.fill:
        track = fill_gaps(track, chosen.fill)
    if chosen.smooth:
        track = smooth(track, chosen.smooth)
    if chosen.fps_out is not None or (chosen.to or target_of(chosen.out)) in TIMED:
        track = track.timed(chosen.fps)
    if chosen.fps_out is not None:
        track = resample(track, chosen.fps_out)
    for note in track.notes:
        print(f"meshgait: {note}", file=sys.stderr)
    return track


def _write_clip(chosen: Namespace) -> None:
    from meshgait.data.preparation.derived import complete
    from meshgait.sequence import save_clip

    seen = read_clip(chosen.file, chosen, lambda body, source: _read_track(chosen, body, source)[1])
    clip = complete(seen.clip, chosen.modalities)
    missing = [name for name in clip.frames if name not in seen.clip.frames]
    if missing or seen.by_ours:
        say_what_is_made([chosen.file], missing, seen.by_ours, chosen)
    save_clip(chosen.out, clip)
    print(f"{chosen.out}: {len(clip)} frames as a clip of {', '.join(clip.frames)}")
