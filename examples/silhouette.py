"""Silhouettes of a walker: soft edges, the hard mask, and the crop that networks read.

python examples/silhouette.py --out silhouette.png
"""

import argparse

import numpy as np
from PIL import Image

from meshgait import render
from meshgait.body import Body
from meshgait.modalities import normalize_silhouette, silhouette
from meshgait.modalities.scene import Scene
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="silhouette.png")
    parser.add_argument("--frames", type=int, default=60)
    options = parser.parse_args(argv)
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    motion = walk(body, person, frames=options.frames).motion
    mesh = motion.decode(body)
    scene = Scene.follow(body, mesh, motion.fps, size=(128, 128))
    soft = silhouette(mesh, scene.camera, subpixels=2)
    hard = render.mask(scene.camera.project(mesh.vertices), mesh.faces, scene.camera.size)
    network = normalize_silhouette(soft.clamp(0, 1), (128, 88))
    chosen = np.linspace(0, len(soft) - 1, 6).round().astype(int)
    rows = []
    for images in (soft * 255, hard * 255, network):
        frames = images[chosen].numpy().astype(np.uint8)
        margin = (128 - frames.shape[2]) // 2
        padded = np.pad(frames, ((0, 0), (0, 0), (margin, margin)))
        rows.append(np.concatenate(list(padded), axis=1))
    Image.fromarray(np.concatenate(rows)).save(options.out)
    print(f"{options.out}: coverage, mask and 128 x 88 crop of six frames")


if __name__ == "__main__":
    main()
