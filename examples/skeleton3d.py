"""One walker in the joint sets of five data sets, and how they turn into each other.

python examples/skeleton3d.py --out skeleton3d.png
"""

import argparse

import numpy as np
from matplotlib.figure import Figure

from meshgait.body import Body
from meshgait.modalities import JOINT_SETS, canonical_mesh, skeleton3d
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="skeleton3d.png")
    parser.add_argument("--frames", type=int, default=6)
    options = parser.parse_args(argv)
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    motion = walk(body, person, frames=options.frames).motion
    mesh = motion.decode(body)
    walker = canonical_mesh(mesh)[0]
    figure = Figure(figsize=(14, 4), layout="constrained")
    for place, (name, joint_set) in enumerate(JOINT_SETS.items(), start=1):
        x, y, z = skeleton3d(walker, joint_set, landmarks=body.landmarks).T.numpy()
        axes = figure.add_subplot(1, 5, place, projection="3d", title=f"{name}: {len(x)}")
        for a, b in joint_set.edges:
            axes.plot(z[[a, b]], x[[a, b]], y[[a, b]], color="#2e6f95")
        axes.scatter(z, x, y, s=12, color="#c0392b")
        axes.set_box_aspect((1, 1, 2))
        axes.set(xlim=(-0.5, 0.5), ylim=(-0.5, 0.5), zlim=(-1.1, 0.9))
        axes.set(xticks=[], yticks=[], zticks=[])
        axes.view_init(elev=10, azim=35)
    figure.savefig(options.out, dpi=80)
    print(f"{options.out}: {', '.join(JOINT_SETS)}")


if __name__ == "__main__":
    main()
