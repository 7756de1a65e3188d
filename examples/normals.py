"""Normal maps of a walk, in the axes of the camera.

python examples/normals.py --out normals.png
"""

import argparse

import numpy as np
import torch
from PIL import Image

from meshgait.body import Body
from meshgait.modalities import normals
from meshgait.modalities.scene import Scene
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="normals.png")
    parser.add_argument("--frames", type=int, default=12)
    options = parser.parse_args(argv)
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    motion = walk(body, person, frames=options.frames).motion
    mesh = motion.decode(body)
    scene = Scene.follow(body, mesh, motion.fps, size=(128, 128))
    facing = normals(mesh, scene.camera)
    seen = (facing != 0).any(-1, keepdim=True)
    shown = facing * torch.tensor(
        [1.0, -1.0, -1.0]
    )  # right, up and towards us, as pictures have it
    colors = torch.where(seen, (shown + 1) / 2, 1.0)
    strip = torch.cat(list(colors[:: max(1, len(colors) // 6)][:6]), dim=1)
    Image.fromarray((strip * 255).round().byte().numpy()).save(options.out)
    print(f"{options.out}: six of {len(facing)} frames")


if __name__ == "__main__":
    main()
