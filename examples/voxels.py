"""The inside of a walker, its visual hull from 2 and from 8 cameras, and legs fitted to it.

python examples/voxels.py --out voxels.png
"""

import argparse

import numpy as np
import torch
from matplotlib.figure import Figure

from meshgait import Camera
from meshgait.body import Body
from meshgait.modalities import (
    Grid,
    articulated_cylinders,
    canonical_mesh,
    silhouette,
    visual_hull,
    voxels,
)
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="voxels.png")
    parser.add_argument("--frames", type=int, default=30)
    options = parser.parse_args(argv)
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    motion = walk(body, person, frames=options.frames).motion
    mesh = motion.decode(body)
    walker = canonical_mesh(mesh)
    grid = Grid.around((0.0, -0.1, 0.0), (1.0, 2.0, 1.4), 1 / 32)
    volumes = {"inside": voxels(walker, grid)}
    for count in (2, 8):
        cameras, masks = [], []
        for index in range(count):
            around = torch.full((len(mesh.vertices),), 20.0 + 180.0 * index / count)
            camera = Camera.orbit(around, 10.0, 5.0, (128, 96), fov_deg=26.0)
            cameras.append(camera)
            masks.append(silhouette(walker, camera) > 0)
        volumes[f"hull of {count} views"] = visual_hull(torch.stack(masks, 1), cameras, grid)
    figure = Figure(figsize=(12, 3.6), layout="constrained")
    axes = figure.subplots(1, 4)
    for cell, (name, volume) in zip(axes, volumes.items(), strict=False):
        cell.imshow(volume[0].sum(0).numpy(), origin="lower", cmap="viridis")
        cell.set(title=f"{name}: {int(volume[0].sum())} voxels", xticks=[], yticks=[])
    legs = articulated_cylinders(volumes["inside"], grid)
    for side, color in enumerate(("#d1495b", "#2e6f95")):
        axes[3].plot(legs.hip[:, side].rad2deg(), color=color)
        axes[3].plot(legs.knee[:, side].rad2deg(), color=color, linestyle=":")
    axes[3].set(title="hip, knee (dotted), degrees", xlabel="frame")
    figure.savefig(options.out, dpi=80)
    print(f"{options.out}: {', '.join(volumes)}")


if __name__ == "__main__":
    main()
