"""The skeleton maps that SkeletonGait reads: limbs in red, joints in green.

python examples/pose_heatmap.py --out pose_heatmap.png
"""

import argparse

import numpy as np
import torch
from PIL import Image

from meshgait.body import Body
from meshgait.modalities import pose_heatmap
from meshgait.modalities.scene import Scene
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="pose_heatmap.png")
    parser.add_argument("--frames", type=int, default=24)
    options = parser.parse_args(argv)
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    motion = walk(body, person, frames=options.frames).motion
    mesh = motion.decode(body)
    scene = Scene.follow(body, mesh, motion.fps, size=(128, 128))
    maps = pose_heatmap(scene.skeleton2d)
    chosen = np.linspace(0, len(maps) - 1, 6).round().astype(int)
    limbs, joints = torch.cat(list(maps[chosen]), dim=-1)
    picture = (torch.stack([limbs, joints, 0 * limbs], dim=-1) * 255).round().byte().numpy()
    Image.fromarray(picture).resize((1152, 192), Image.Resampling.NEAREST).save(options.out)
    print(f"{options.out}: six of {len(maps)} maps of {tuple(maps.shape[1:])}")


if __name__ == "__main__":
    main()
