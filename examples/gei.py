"""The gait energy image over whole gait periods, from three sides.

python examples/gei.py --out gei.png
"""

import argparse

import numpy as np
import torch
from PIL import Image

from meshgait.body import Body
from meshgait.modalities import gei, whole_cycles
from meshgait.modalities.scene import Scene
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="gei.png")
    parser.add_argument("--frames", type=int, default=60)
    options = parser.parse_args(argv)
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    motion = walk(body, person, frames=options.frames).motion
    mesh = motion.decode(body)
    images = []
    for azimuth in (0.0, 45.0, 90.0):
        scene = Scene.follow(body, mesh, motion.fps, size=(128, 128), azimuth_deg=azimuth)
        kept = whole_cycles(scene.cycle.phase, scene.mask)
        images.append(gei(scene.aligned, kept))
    picture = (torch.cat(images, dim=1) * 255).round().byte().numpy()
    Image.fromarray(picture).resize((528, 256), Image.Resampling.NEAREST).save(options.out)
    print(f"{options.out}: mean of {int(kept.sum())} of {len(kept)} frames, whole gait periods")


if __name__ == "__main__":
    main()
