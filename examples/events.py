"""What an event camera sees of a walk: brighter in red, darker in blue.

python examples/events.py --out events.png
"""

import argparse

import numpy as np
import torch
from PIL import Image

from meshgait.body import Body
from meshgait.modalities import event_frames, events, watch
from meshgait.modalities.scene import Scene
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="events.png")
    parser.add_argument("--frames", type=int, default=18)
    options = parser.parse_args(argv)
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    motion = walk(body, person, frames=options.frames).motion
    mesh = motion.decode(body)
    scene = Scene.follow(body, mesh, motion.fps, size=(128, 128))
    video = watch(mesh, scene.camera, fps=motion.fps, rate=100.0)
    stream = events(video, fps=100.0, threshold=0.2)
    seconds = (len(video) - 1) / 100.0
    frames = event_frames(stream, scene.camera.size, bins=6, seconds=seconds)[0]
    up, down = (frames[:, k].clamp(max=4) / 4 for k in (0, 1))
    picture = torch.stack([1 - down, 1 - torch.maximum(up, down), 1 - up], dim=-1)
    strip = (torch.cat(list(picture), dim=1) * 255).round().byte().numpy()
    Image.fromarray(strip).save(options.out)
    print(f"{options.out}: {len(stream.x)} events in {seconds:.2f} s, in six bins")


if __name__ == "__main__":
    main()
