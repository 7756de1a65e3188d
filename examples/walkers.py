"""Five walkers at eight moments of their cycle, from the side and from the front, as one sheet.

Prints, over many people, how far what touches the floor slides, how far the lowest point is off
the floor, and how much the pelvis moves up and down.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from meshgait import Body, Camera, Mesh, render
from meshgait.body import JOINT_INDEX
from meshgait.visualization.report import draw_pictures
from meshgait.walker import Identity, Route, Walk, walk

PHASES = 8
SIZE = (240, 150)
ROUTES = (Route.draw_straight, Route.draw_curved, Route.draw_irregular)


def one_walk(body: Body, seed: int) -> Walk:
    """A person on one of the three kinds of route."""
    generator = np.random.default_rng(seed)
    person = Identity.draw(generator)
    return walk(body, person, ROUTES[seed % 3](generator), frames=50)


def slips_mm(body: Body, mesh: Mesh) -> torch.Tensor:
    """Per frame and foot that is on the floor: how far its lowest point moves until the next."""
    found = []
    weights = body.layer.lbs_weights
    for side in ("left", "right"):
        joints = [JOINT_INDEX[f"{side}_ankle"], JOINT_INDEX[f"{side}_foot"]]
        foot = mesh.vertices[:, weights[:, joints].sum(1) > 0.5]
        lowest = foot[..., 1].argmin(1)[:-1]
        frame = torch.arange(len(lowest))
        now, then = foot[frame, lowest], foot[frame + 1, lowest]
        rests = (now[:, 1] < 0.001) & (then[:, 1] < 0.002)
        found.append(1000 * (then - now)[rests][:, [0, 2]].norm(dim=1))
    return torch.cat(found)


def sheet_row(body: Body, seed: int) -> list[np.ndarray]:
    """The moments of one cycle, each from the side and from the front."""
    steps = one_walk(body, seed)
    mesh = steps.motion.decode(body)
    start = float(np.ceil(steps.phase[0]))
    frames = [int(np.abs(steps.phase - start - k / PHASES).argmin()) for k in range(PHASES)]
    pictures = []
    for azimuth in (90.0, 0.0):
        for frame in frames:
            joints = mesh.require_joints()[frame]
            across = joints[JOINT_INDEX["left_hip"]] - joints[JOINT_INDEX["right_hip"]]
            heading = float(torch.atan2(-across[2], across[0]).rad2deg())
            target = joints[0] * torch.tensor([1.0, 0.0, 1.0]) + torch.tensor([0.0, 0.9, 0.0])
            camera = Camera.orbit(heading + azimuth, 5.0, 6.0, SIZE, target=target, fov_deg=21.0)
            pictures.append(render.shade(mesh.vertices[frame], mesh.faces, camera).numpy())
    return pictures


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=40, help="whose figures are printed")
    parser.add_argument("--rows", type=int, default=5, help="of the sheet")
    parser.add_argument("--out", type=Path, default=Path("out/walkers.png"))
    options = parser.parse_args(argv)
    body = Body.embedded()

    slips, heights, bobs = [], [], []
    for seed in range(options.people):
        mesh = one_walk(body, seed).motion.decode(body)
        slips.append(slips_mm(body, mesh))
        heights.append(1000 * mesh.vertices[..., 1].amin(1))
        pelvis = 1000 * mesh.require_joints()[:, 0, 1]
        bobs.append(pelvis.max() - pelvis.min())
    slip, height, bob = torch.cat(slips), torch.cat(heights), torch.stack(bobs)
    print(f"{options.people} people, 50 frames each")
    print(f"slip      mean {slip.mean():.2f}, 99 % {slip.quantile(0.99):.2f} mm a frame")
    print(f"floating  {height.min():.2f} to {height.max():.2f} mm above the floor")
    print(f"bob       {bob.min():.0f} to {bob.max():.0f} mm, mean {bob.mean():.0f}")

    rows = [sheet_row(body, seed) for seed in range(options.rows)]
    figure = draw_pictures(np.stack(rows), name="walkers", caption=__doc__.split("\n")[0])
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(figure.png)
    print(f"sheet     {options.out}")


if __name__ == "__main__":
    main()
