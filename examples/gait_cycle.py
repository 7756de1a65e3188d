"""Heel strikes and toe-offs of a walker, and the numbers of its gait beside the truth.

python examples/gait_cycle.py --out gait_cycle.png
"""

import argparse

import numpy as np
import torch
from matplotlib.figure import Figure

from meshgait.body import Body
from meshgait.modalities import gait_cycle
from meshgait.walker import Identity, walk


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="gait_cycle.png")
    parser.add_argument("--frames", type=int, default=60)
    options = parser.parse_args(argv)
    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    steps = walk(body, person, frames=options.frames)
    mesh = steps.motion.decode(body)
    mask = torch.ones(len(mesh.vertices), dtype=torch.bool)
    found = gait_cycle(mesh.joints, mask, fps=steps.motion.fps)
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    axes = figure.subplots()
    time = np.arange(len(mask)) / steps.motion.fps
    for side, (name, color) in enumerate((("left", "#d1495b"), ("right", "#2e6f95"))):
        axes.plot(time, mesh.joints[:, 10 + side, 1], color=color, label=f"{name} ball of the foot")
        for moment in found.heel_strike[side]:
            axes.axvline(float(moment), color=color)
        for moment in found.toe_off[side]:
            axes.axvline(float(moment), color=color, linestyle=":")
    axes.set(xlabel="seconds", ylabel="height, m", xlim=(0, time[-1]))
    axes.legend(loc="upper right")
    figure.savefig(options.out, dpi=90)
    print(f"cadence      {found.cadence:6.1f} steps a minute, drawn were {steps.cadence:.1f}")
    left, right = found.step_length.tolist()
    print(f"step length  {left:6.3f} m left, {right:.3f} m right, {steps.step_length:.3f}")
    print(f"speed        {found.speed:6.3f} m/s, {steps.speed:.3f}")
    print(f"{options.out}: solid lines are heel strikes, dotted ones toe-offs")


if __name__ == "__main__":
    main()
