"""A video of painted walkers who cross, and what `meshgait video` sees in it."""

import argparse
from pathlib import Path

import torch

from meshgait.body import Body
from meshgait.video.painted import Painted, PaintedScene, camera_at
from meshgait.visualization.mp4 import write_video

FPS = 30.0
# Who begins where (metres, in the middle of the clip), and which way each goes.
WALKS = (("ann", 3, (0.3, 0.2), 90.0), ("bob", 4, (-0.2, -1.0), -90.0))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/demo.mp4"))
    parser.add_argument("--frames", type=int, default=75)
    parser.add_argument("--height", type=int, default=360, help="pixels")
    parser.add_argument("--people", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0, help="of the people and the room")
    parser.add_argument("--wears", type=int, default=0, help="other clothes of the same people")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)  # threads wait for each other where pictures are small
    body = Body.embedded()
    people = [
        Painted.draw(
            name, 10 * options.seed + seed, body, start=start, heading_deg=heading,
            frames=options.frames, fps=FPS, wears=options.wears,
        )
        for name, seed, start, heading in WALKS[: options.people]
    ]  # fmt: skip
    size = (options.height, options.height * 16 // 9)
    scene = PaintedScene(people, camera_at(size, eye=(0.0, 1.4, 5.5)), options.seed, body=body)
    write_video(options.out, (truth.picture for truth in scene.frames()), fps=FPS)
    print(f"{options.out}: {len(people)} painted walkers; now: meshgait video {options.out}")


if __name__ == "__main__":
    main()
