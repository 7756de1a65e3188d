"""Watch a walk in a window, or write it as HTML, GIF, MP4 or PNG where there is none."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from meshgait.cli._parsing import make_parser, parse
from meshgait.cli._walks import add_walk, read_walk


def run(arguments: Sequence[str]) -> None:
    """Open the window, or write the file asked for; without a display, a page."""
    from meshgait.errors import DisplayError
    from meshgait.modalities.scene import Scene
    from meshgait.visualization.player import write_player
    from meshgait.visualization.window import open_window

    parser = make_parser("view", __doc__)
    add_walk(parser)
    parser.add_argument("-o", "--out", type=Path, help=".html, .gif, .mp4 or .png to write instead "
                        "of opening a window")  # fmt: skip
    parser.add_argument("--pixels", type=int, default=240, help="of a written picture per side")
    parser.add_argument("--seconds", type=float, default=0.0, help="close the window after so long")
    chosen = parse(parser, arguments)
    body, motion = read_walk(chosen)
    scene = Scene.follow(body, motion.decode(body), motion.fps)
    out = chosen.out
    if out is None:
        try:
            return open_window(scene, seconds=chosen.seconds or None)
        except DisplayError as error:
            out = Path(chosen.walk.stem if chosen.walk else "walk").with_suffix(".html")
            print(f"meshgait: {error}; writing {out} instead", file=sys.stderr)
    write_player(scene, out, pixels=chosen.pixels)
    print(f"{out}: {scene.frames} frames")
    return None
