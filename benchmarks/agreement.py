"""How far silhouettes agree with estimated bodies drawn as FusionGait draws them.

    python benchmarks/agreement.py [--people 100]

Intersection over union, frame by frame, of SyntheticGait's clips. The median is what
`meshgait.models.fusiongait.USUAL_AGREEMENT` is set to: frames that agree so far count once.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
import torch

from meshgait.data.synthetic.endless import EndlessGait
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.models import FusionGait
from meshgait.models.fusiongait import overlap


@torch.no_grad()
def agreements(people: int, config: WildConfig = WildConfig()) -> np.ndarray:
    """One number for each frame of the first clip of so many people."""
    model = FusionGait(FusionGait.Config(width=1 / 16))
    data = EndlessGait(identities=people, config=replace(config, clips=2))
    found = []
    for person in range(people):
        frames = data[2 * person].frames
        silhouette = torch.from_numpy(frames["silhouette"]).float() / 255
        found.append(overlap(silhouette, model.draw(torch.from_numpy(frames["smpl"]))).flatten())
    return torch.cat(found).numpy()


def main(argv: list[str] | None = None) -> None:
    """Print quantiles over all frames."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    found = agreements(parser.parse_args(argv).people)
    shares = (0.05, 0.25, 0.5, 0.75, 0.95)
    print(f"{len(found):,} frames, quantiles of the agreement:")
    for share, value in zip(shares, np.quantile(found, shares), strict=True):
        print(f"{share:5.0%}  {value:.3f}")


if __name__ == "__main__":
    main()
