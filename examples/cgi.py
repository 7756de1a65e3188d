"""The chrono-gait image: contours coloured by the moment of the step.

python examples/cgi.py --out cgi.png
"""

import argparse

import numpy as np
import torch
from PIL import Image

from meshgait.body import Body
from meshgait.modalities import cgi
from meshgait.modalities.scene import Scene
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="cgi.png")
    parser.add_argument("--frames", type=int, default=60)
    options = parser.parse_args(argv)
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    motion = walk(body, person, frames=options.frames).motion
    mesh = motion.decode(body)
    scene = Scene.follow(body, mesh, motion.fps, size=(128, 128), azimuth_deg=90.0)
    by_width = cgi(scene.aligned, scene.mask)  # as published: from the silhouettes alone
    by_phase = cgi(scene.aligned, scene.mask, phase=scene.cycle.phase)
    both = torch.cat([image / image.max() for image in (by_width, by_phase)], dim=2)
    picture = (both.movedim(0, -1) * 255).round().byte().numpy()
    Image.fromarray(picture).resize((528, 384), Image.Resampling.NEAREST).save(options.out)
    print(f"{options.out}: by the width of the legs, and by the phase of the joints")


if __name__ == "__main__":
    main()
