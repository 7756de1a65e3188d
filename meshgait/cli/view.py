"""Watch walks in a window, or write a page in 3D, a GIF, MP4 or PNG."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from jsonargparse import Namespace

from meshgait.cli._parsing import again, make_parser, parse
from meshgait.cli._walks import add_walk, read_actors, read_walk


def run(arguments: Sequence[str]) -> None:
    """Open the window, or write the file asked for; without a display, a page."""
    from meshgait.errors import ConfigError, DisplayError
    from meshgait.modalities.scene import Scene
    from meshgait.visualization.player import write_player
    from meshgait.visualization.window import open_window

    parser = make_parser("view", __doc__)
    add_walk(parser)
    parser.add_argument("-o", "--out", type=Path, help=".html, .gif, .mp4 or .png to write instead "
                        "of opening a window; a page shows everybody of the file")  # fmt: skip
    parser.add_argument("--beside", nargs="+", type=Path, default=[], help="other walks to show on "
                        "the page, side by side and in phase")  # fmt: skip
    parser.add_argument("--pixels", type=int, default=240, help="side of a written picture")
    parser.add_argument("--seconds", type=float, default=0.0, help="close the window after so long")
    parser.add_argument("--overlay", type=str | None, default=None, help="the video or folder of "
                        "images that the walk was found in: its bodies are laid over it, into "
                        ".mp4 or .html")  # fmt: skip
    parser.add_argument("--first", type=int, default=0, help="number that the file gives to the "
                        "first picture of the overlay's video")  # fmt: skip
    chosen = parse(parser, arguments)
    out, command = chosen.out, again("view", arguments)
    if chosen.overlay is not None:
        return _lay_over(chosen, command)
    if out is not None and out.suffix.lower() == ".html":
        return _write_page(chosen, out, command)
    if chosen.beside:
        raise ConfigError("--beside is for a page; write one with -o walk.html")
    body, motion = read_walk(chosen)
    scene = Scene.follow(body, motion.decode(body), motion.fps)
    if out is None:
        try:
            return open_window(scene, seconds=chosen.seconds or None)
        except DisplayError as error:
            out = Path(chosen.walk.stem if chosen.walk else "walk").with_suffix(".html")
            print(f"meshgait: {error}; writing {out} instead", file=sys.stderr)
            return _write_page(chosen, out, command)
    write_player(scene, out, pixels=chosen.pixels)
    print(f"{out}: {scene.frames} frames")
    return None


def _write_page(chosen: Namespace, out: Path, command: str) -> None:
    from meshgait.gait import shown_of
    from meshgait.visualization.stage import write_stage

    body, films = read_actors(chosen, chosen.beside)
    shown = [shown_of(actor, body, n) for n, film in enumerate(films) for actor in film]
    title = ", ".join(one.actor.name for one in shown)
    write_stage(out, shown, body, title=title, command=command)
    frames = max(len(one.actor.motion) for one in shown)
    print(f"{out}: {frames} frames, {len(shown)} {'people' if len(shown) > 1 else 'person'}")


def _lay_over(chosen: Namespace, command: str) -> None:
    """Write the bodies of a file over its video."""
    from tqdm import tqdm

    from meshgait.body import Body
    from meshgait.errors import ConfigError
    from meshgait.io import read_seen
    from meshgait.video.reader import open_video
    from meshgait.visualization.footage import lay_over, write_footage

    if chosen.walk is None:
        raise ConfigError("--overlay wants the file that was made of the video: view FILE")
    out = chosen.out or Path("overlay.mp4")
    people = read_seen(chosen.walk)
    video = open_video(chosen.overlay, fps=chosen.fps)
    body = Body.embedded() if chosen.body is None else Body.load(chosen.body)
    bar = tqdm(video.frames(), desc="drawing", unit="frame", total=video.count, disable=None)
    pictures = ((frame.index + chosen.first, frame.picture) for frame in bar)
    title = f"{chosen.walk.name} over {Path(chosen.overlay).name}"
    write_footage(out, lay_over(pictures, people, body), fps=video.fps, title=title,
                  command=command)  # fmt: skip
    print(f"{out}: {len(people)} {'people' if len(people) > 1 else 'person'}")
