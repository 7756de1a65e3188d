"""Depth images of a walk, the nearer the brighter.

python examples/depth.py --out depth.png
"""

import argparse

import numpy as np
import torch
from PIL import Image

from meshgait.body import Body
from meshgait.modalities import depth
from meshgait.modalities.scene import Scene
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="depth.png")
    parser.add_argument("--frames", type=int, default=12)
    options = parser.parse_args(argv)
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    motion = walk(body, person, frames=options.frames).motion
    mesh = motion.decode(body)
    scene = Scene.follow(body, mesh, motion.fps, size=(128, 128))
    image = depth(mesh, scene.camera)
    seen = image > 0
    low, high = image[seen].min(), image[seen].max()
    near = torch.where(seen, (high - image) / (high - low) * 0.85 + 0.15, 0.0)
    strip = torch.cat(list(near[:: max(1, len(near) // 6)][:6]), dim=1)
    Image.fromarray((strip * 255).round().byte().numpy()).save(options.out)
    print(f"{options.out}: between {low:.2f} and {high:.2f} m from the camera")


if __name__ == "__main__":
    main()
