"""COCO keypoints on shaded frames: hidden ones are hollow.

python examples/skeleton2d.py --out skeleton2d.png
"""

import argparse

import numpy as np
from PIL import Image, ImageDraw

from meshgait import render
from meshgait.body import Body
from meshgait.modalities import COCO17, skeleton2d
from meshgait.modalities.scene import Scene
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="skeleton2d.png")
    parser.add_argument("--frames", type=int, default=24)
    options = parser.parse_args(argv)
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    motion = walk(body, person, frames=options.frames).motion
    mesh = motion.decode(body)
    scene = Scene.follow(body, mesh, motion.fps, size=(256, 256))
    keypoints = skeleton2d(mesh, scene.camera, COCO17, landmarks=body.landmarks)
    shaded = render.shade(mesh.vertices, mesh.faces, scene.camera).numpy()
    pictures = []
    for frame in np.linspace(0, len(mesh.vertices) - 1, 4).round().astype(int):
        picture = Image.fromarray(shaded[frame])
        pen = ImageDraw.Draw(picture)
        points = keypoints[frame].tolist()
        for a, b in COCO17.edges:
            pen.line([*points[a][:2], *points[b][:2]], fill="#c0392b", width=2)
        for x, y, confidence in points:
            fill = "#c0392b" if confidence else "white"
            pen.ellipse([x - 3, y - 3, x + 3, y + 3], fill=fill, outline="#c0392b")
        pictures.append(np.asarray(picture))
    Image.fromarray(np.concatenate(pictures, axis=1)).save(options.out)
    print(f"{options.out}: {keypoints[..., 2].mean():.0%} of the keypoints are seen")


if __name__ == "__main__":
    main()
