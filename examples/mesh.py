"""The same walk in the world, in its own axes, and coloured by the speed of the skin.

python examples/mesh.py --out mesh.png
"""

import argparse

import numpy as np
import torch
from PIL import Image

from meshgait import Camera, render
from meshgait.body import Body
from meshgait.modalities import canonical_mesh, velocity
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="mesh.png")
    parser.add_argument("--frames", type=int, default=40)
    options = parser.parse_args(argv)
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    motion = walk(body, person, frames=options.frames).motion
    mesh = motion.decode(body)
    own = canonical_mesh(mesh)
    speed = velocity(mesh.vertices, motion.fps).norm(dim=-1)
    hot = (speed / speed.max())[..., None]
    color = hot * torch.tensor([0.85, 0.25, 0.2]) + (1 - hot) * torch.tensor([0.3, 0.45, 0.75])
    far = Camera.orbit(90.0, 15.0, 9.0, (200, 200), target=(0.0, 0.9, 0.0), fov_deg=22.0)
    near = Camera.orbit(60.0, 10.0, 6.0, (200, 200), fov_deg=20.0)
    chosen = torch.linspace(0, len(mesh.vertices) - 1, 5).round().long()
    rows = [
        [render.shade(mesh.vertices[i], mesh.faces, far) for i in chosen],
        [render.shade(own.vertices[i], mesh.faces, near) for i in chosen],
        [render.shade(own.vertices[i], mesh.faces, near, color=color[i]) for i in chosen],
    ]
    Image.fromarray(torch.cat([torch.cat(row, dim=1) for row in rows]).numpy()).save(options.out)
    print(f"{options.out}: the fastest skin moves at {speed.max():.1f} m/s")


if __name__ == "__main__":
    main()
