"""Count strides and joint angles of walks: left against right, groups against each other."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from meshgait.cli._parsing import again, make_parser, parse

if TYPE_CHECKING:
    from meshgait.gait import Gait


def run(arguments: Sequence[str]) -> None:
    """Measure every file, write what was asked for, print a summary."""
    from meshgait.cli._bodies import add_bodies, load_bodies
    from meshgait.errors import DataError
    from meshgait.gait import read_gait, write_gait
    from meshgait.gait.summary import By

    parser = make_parser("gait", __doc__)
    parser.add_argument("files", nargs="+", type=Path, help="motions, clips, fits or files of any "
                        "tool that meshgait convert reads")  # fmt: skip
    parser.add_argument("-o", "--out", nargs="+", type=Path, default=[], help="table.csv (a row a "
                        "stride; _summary, _curves and _groups beside it), numbers.json, "
                        "page.html")  # fmt: skip
    parser.add_argument("--by", type=By | None, default=None, help="compare walks of each subject, "
                        "file or folder with those of the first")  # fmt: skip
    parser.add_argument("--track", type=str | None, default=None, help="who, in a file of several "
                        "people; otherwise who is seen longest")  # fmt: skip
    parser.add_argument("--fps", type=float | None, default=None, help="frames a second, where a "
                        "file does not say")  # fmt: skip
    add_bodies(parser)
    chosen = parse(parser, arguments)
    body, source = load_bodies(chosen)
    gaits = []
    for path in chosen.files:
        try:
            gaits.append(read_gait(path, body, track=chosen.track, fps=chosen.fps, source=source))
        except DataError as error:
            if len(chosen.files) == 1:
                raise
            print(f"meshgait: left out: {error}", file=sys.stderr)
    if not gaits:
        raise DataError("no file shows a walk that could be measured; see above")
    for gait in gaits:
        _tell(gait)
    for path in write_gait(chosen.out, gaits, by=chosen.by, command=again("gait", arguments)):
        print(path)


def _tell(gait: Gait) -> None:
    """The summary of a walk, and on stderr what was left out."""
    from meshgait.gait import MEASURES, summary_of
    from meshgait.gait.page import show, show_percent
    from meshgait.gait.summary import asymmetry_of

    for note in gait.notes:
        print(f"meshgait: {gait.name}: {note}", file=sys.stderr)
    for stride in gait.left_out():
        print(f"meshgait: {gait.name}: {stride.side} stride from {stride.start:.2f} to "
              f"{stride.end:.2f} s left out: {stride.left_out}", file=sys.stderr)  # fmt: skip
    print(gait)
    print(f"  {'':32}{'left':>22}{'right':>22}{'asymmetry %':>12}")
    for name, sides in summary_of([gait]).items():
        measure = MEASURES[name]
        left, right = (show(sides[side], measure.digits) for side in ("left", "right"))
        more = show_percent(asymmetry_of(name, sides))
        print(f"  {name + ', ' + measure.unit:32}{left:>22}{right:>22}{more:>12}")
