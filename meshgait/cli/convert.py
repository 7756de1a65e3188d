"""Turn what other tools wrote into ours, Gait3D's, AMASS, BVH, glTF, OBJ or PLY."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from jsonargparse import Namespace

from meshgait.cli._parsing import make_parser, parse


def run(arguments: Sequence[str]) -> None:
    """Read, warn of jumps, fill gaps and smooth if asked, write."""
    from meshgait.io.write import Target

    parser = make_parser("convert", __doc__)
    parser.add_argument("file", type=Path, help="a file or folder of any format that is known; "
                        "what it is shows its content, not its name")  # fmt: skip
    parser.add_argument("-o", "--out", type=Path, required=True, help="file to write")
    parser.add_argument("--to", type=Target | None, default=None, help="format to write, where "
                        "the ending of the file to write does not say it")  # fmt: skip
    parser.add_argument("--track", type=str | None, default=None, help="who, in a video of several "
                        "people; otherwise who is seen longest")  # fmt: skip
    parser.add_argument("--fps", type=float | None, default=None, help="frames a second, where "
                        "the file does not say; else what is usual, with a warning")  # fmt: skip
    parser.add_argument("--fps-out", type=float | None, default=None, help="frames a second to "
                        "write, where they shall be others")  # fmt: skip
    parser.add_argument("--body", type=Path, help="body model file in place of the embedded one")
    parser.add_argument("--fill", type=int, default=0, help="frames that may be missing in a row "
                        "and are filled in")  # fmt: skip
    parser.add_argument("--smooth", type=float, default=0.0, help="frames over which to smooth")
    _convert(parse(parser, arguments))


def _convert(chosen: Namespace) -> None:
    from meshgait.body import Body
    from meshgait.cli._bodies import body_of
    from meshgait.io import fill_gaps, find_jumps, read, resample, smooth, write
    from meshgait.io.write import target_of

    target = chosen.to or target_of(chosen.out)
    recording = read(chosen.file)
    body = Body.embedded() if chosen.body is None else Body.load(chosen.body)
    track = body_of(recording, chosen.track)
    for jump in find_jumps(track):
        print(f"meshgait: frame {jump.frame}: sudden change of {jump.what} by {jump.size:.2f}; "
              "perhaps the track switches to somebody else", file=sys.stderr)  # fmt: skip
    if chosen.fill:
        track = fill_gaps(track, chosen.fill)
    if chosen.smooth:
        track = smooth(track, chosen.smooth)
    if chosen.fps_out is not None:
        track = resample(track.timed(chosen.fps), chosen.fps_out)
    for note in track.notes:
        print(f"meshgait: {note}", file=sys.stderr)
    write(chosen.out, track, body, target, fps=chosen.fps)
    print(f"{chosen.out}: {len(track)} frames of {recording.format.title} as {target}")
