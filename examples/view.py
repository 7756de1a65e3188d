"""Play a walk: in a window where there is a display, else as the page in 3D walk.html.

python examples/view.py --out walk.html
"""

import argparse

import numpy as np

from meshgait.body import Body
from meshgait.errors import DisplayError
from meshgait.gait import shown_of
from meshgait.io import Actor
from meshgait.modalities.scene import Scene
from meshgait.visualization.player import write_player
from meshgait.visualization.stage import write_stage
from meshgait.visualization.window import open_window
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", help=".html, .gif, .mp4 or .png in place of the window")
    parser.add_argument("--frames", type=int, default=60)
    options = parser.parse_args(argv)
    body = Body.embedded()
    motion = walk(body, Identity.draw(np.random.default_rng(1)), frames=options.frames).motion
    scene = Scene.follow(body, motion.decode(body), motion.fps)
    out = options.out
    if out is None:
        try:
            open_window(scene)
        except DisplayError as error:
            out = "walk.html"
            print(f"{error}; writing {out} instead")
    if out is not None and out.endswith(".html"):
        write_stage(out, [shown_of(Actor.of("walker", motion), body)], body)
    elif out is not None:
        write_player(scene, out)
    if out is not None:
        print(f"{out}: {scene.frames} frames")


if __name__ == "__main__":
    main()
