"""Every representation of one walk on one picture.

python examples/all_representations.py --out all_representations.png
"""

import argparse
from pathlib import Path

import numpy as np

from meshgait.body import Body
from meshgait.modalities.scene import Scene, represent
from meshgait.visualization.sheet import draw_sheet
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="all_representations.png")
    parser.add_argument("--frames", type=int, default=60)
    options = parser.parse_args(argv)
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    motion = walk(body, person, frames=options.frames).motion
    mesh = motion.decode(body)
    scene = Scene.follow(body, mesh, motion.fps)
    found, missing = represent(scene)
    Path(options.out).write_bytes(draw_sheet(scene, found))
    for name, reason in missing.items():
        print(f"left out {name}: {reason}")
    print(f"{options.out}: {', '.join(found)}")


if __name__ == "__main__":
    main()
