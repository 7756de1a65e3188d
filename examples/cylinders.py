"""A walker and its capsules, and how well the two silhouettes agree.

python examples/cylinders.py --out cylinders.png
"""

import argparse

import numpy as np
import torch
from PIL import Image

from meshgait import render
from meshgait.body import Body
from meshgait.modalities import cylinder_mesh, cylinders, silhouette
from meshgait.modalities.scene import Scene
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="cylinders.png")
    parser.add_argument("--frames", type=int, default=16)
    options = parser.parse_args(argv)
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    motion = walk(body, person, frames=options.frames).motion
    mesh = motion.decode(body)
    scene = Scene.follow(body, mesh, motion.fps, size=(256, 256))
    capsules = cylinders(mesh, body.weights)
    again = cylinder_mesh(capsules)
    ours, theirs = silhouette(mesh, scene.camera), silhouette(again, scene.camera)
    overlap = torch.minimum(ours, theirs).sum((1, 2)) / torch.maximum(ours, theirs).sum((1, 2))
    step = max(1, len(mesh.vertices) // 4)
    rows = []
    for shown in (mesh, again):
        pictures = render.shade(shown.vertices, shown.faces, scene.camera)[::step][:4]
        rows.append(torch.cat(list(pictures), dim=1))
    Image.fromarray(torch.cat(rows).numpy()).save(options.out)
    print(f"{options.out}: intersection over union {overlap.min():.2f} in the worst frame")


if __name__ == "__main__":
    main()
