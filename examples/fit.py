"""Fit a body to silhouettes of which nothing is known, and video it: before, after, in 3D.

`python examples/fit.py --out fit.gif`, or with a clip of your own (an .npz with the array
`silhouette`, such as the normalised ones of a data set): `python examples/fit.py --clip clip.npz`.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from meshgait import Body, Camera
from meshgait.fitting import FitConfig, fit_silhouettes, render_fit, write_gif
from meshgait.render import mask
from meshgait.sequence import load_clip
from meshgait.walker import Identity, Route, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", type=Path, help="without one, a walker is made up")
    parser.add_argument("--out", type=Path, default=Path("fit.gif"))
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--steps", type=int, default=FitConfig.pose_steps)
    options = parser.parse_args(argv)
    body = Body.embedded()
    if options.clip:
        silhouette = load_clip(options.clip).frames["silhouette"][: options.frames]
    else:
        silhouette = walker(body, options.frames)
    config = FitConfig(pose_steps=options.steps, rigid_steps=max(1, options.steps // 2))
    fit = fit_silhouettes(silhouette, body=body, config=config, progress=True)
    write_gif(options.out, render_fit(silhouette, fit, body))
    fit.save(options.out.with_suffix(".npz"))
    before, after = (float(iou.median()) for iou in (fit.start_iou, fit.iou))
    print(f"overlap of the silhouettes {before:.3f} -> {after:.3f}; see {options.out}")


def walker(body: Body, frames: int) -> torch.Tensor:
    """Hard silhouettes of somebody who passes by, 96 x 128 pixels."""
    person = Identity.draw(np.random.default_rng(8))
    motion = walk(body, person, Route(bend=0.3), frames=frames, fps=15).motion
    mesh = motion.decode(body)
    camera = Camera.orbit(60, 8, 6.0, (96, 128), target=(0.0, 0.9, 0.0), fov_deg=26)
    return mask(camera.project(mesh.vertices), mesh.faces, camera.size)


if __name__ == "__main__":
    main()
