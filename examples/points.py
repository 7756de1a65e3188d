"""Points spread evenly over the skin, and the scan of a LiDAR six metres away.

python examples/points.py --out points.png
"""

import argparse

import numpy as np
import torch
from matplotlib.figure import Figure

from meshgait.body import Body
from meshgait.modalities import Lidar, canonical_mesh, lidar, points
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="points.png")
    parser.add_argument("--frames", type=int, default=12)
    options = parser.parse_args(argv)
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    motion = walk(body, person, frames=options.frames).motion
    mesh = motion.decode(body)
    walker = canonical_mesh(mesh)
    generator = torch.Generator().manual_seed(0)
    cloud = points(walker, 2048, generator)
    scanner = Lidar((3.0, 0.8, -5.2), azimuth_deg=-30.0, width_deg=20.0, beams=64, noise=0.01)
    scan = lidar(walker, scanner, generator)
    figure = Figure(figsize=(10, 5), layout="constrained")
    half = len(mesh.vertices) // 2
    for place, (name, spots) in enumerate(
        {"evenly": cloud.points[half], "lidar": scan.points[half][scan.hit[half]]}.items(), start=1
    ):
        x, y, z = spots.T.numpy()
        axes = figure.add_subplot(1, 2, place, projection="3d", title=f"{name}: {len(x)} points")
        axes.scatter(z, x, y, s=2, c=y, cmap="viridis")
        axes.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(-1, 1), xticks=[], yticks=[], zticks=[])
        axes.view_init(elev=10, azim=120)
    figure.savefig(options.out, dpi=80)
    print(f"{options.out}: {int(scan.hit.sum(dim=(1, 2)).float().mean())} points a scan")


if __name__ == "__main__":
    main()
