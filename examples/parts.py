"""The labels of human parsing and SMPL's 24 parts, as a camera sees them.

python examples/parts.py --out parts.png
"""

import argparse

import numpy as np
from PIL import Image

from meshgait.body import Body, joint_labels, parsing_labels
from meshgait.modalities import parts
from meshgait.modalities.scene import Scene
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="parts.png")
    parser.add_argument("--frames", type=int, default=12)
    options = parser.parse_args(argv)
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    motion = walk(body, person, frames=options.frames).motion
    mesh = motion.decode(body)
    scene = Scene.follow(body, mesh, motion.fps, size=(128, 128))
    generator = np.random.default_rng(4)
    rows = []
    for labels in (parsing_labels(body.weights), joint_labels(body.weights)):
        image = parts(mesh, scene.camera, labels)
        palette = generator.integers(60, 230, (int(labels.max()) + 2, 3)).astype(np.uint8)
        palette[0] = 255  # the background is -1
        chosen = image[:: max(1, len(image) // 6)][:6].numpy()
        rows.append(np.concatenate(list(palette[chosen + 1]), axis=1))
    Image.fromarray(np.concatenate(rows)).save(options.out)
    print(f"{options.out}: parsing labels above, SMPL's parts below")


if __name__ == "__main__":
    main()
