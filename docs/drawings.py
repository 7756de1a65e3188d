"""The drawing of the page on conventions: joints and axes of a body, azimuths, pixels."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import torch

from meshgait import Body, Camera, Mesh
from meshgait.body import JOINT_NAMES
from meshgait.render import coverage

mpl.use("agg")
from matplotlib import pyplot as plt

SIZE = (320, 400)
ARROW = {"arrowstyle": "-|>", "color": "#b03020", "linewidth": 2}


def draw_conventions(path: Path) -> None:
    """Write the drawing; the body is the embedded one at rest."""
    mesh = Body.embedded()(pose=torch.zeros(1, 72), betas=torch.zeros(10))[0]
    figure, places = plt.subplot_mosaic(
        [["joints", "azimuths"], ["joints", "pixels"]],
        figsize=(9, 6), width_ratios=(2, 1), layout="constrained",
    )  # fmt: skip
    _draw_joints(places["joints"], mesh)
    _draw_azimuths(places["azimuths"], mesh)
    _draw_pixels(places["pixels"])
    for axes in places.values():
        axes.set_axis_off()
        axes.set_aspect("equal")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, facecolor="white")
    plt.close(figure)


def _draw_joints(axes: plt.Axes, mesh: Mesh) -> None:
    camera = Camera.orbit(0, 0, 5, SIZE, target=(0.0, -0.25, 0.0), fov_deg=23)
    axes.imshow(
        1 - 0.25 * coverage(camera.project(mesh.vertices), mesh.faces, SIZE),
        cmap="gray", vmin=0, vmax=1,
    )  # fmt: skip
    places = camera.project(mesh.joints)[:, :2]
    names = []
    for number, (name, (x, y)) in enumerate(zip(JOINT_NAMES, places.tolist(), strict=True)):
        axes.plot(x, y, ".", color="#2060a0", markersize=7)
        axes.annotate(str(number), (x, y), (3, 3), textcoords="offset points", fontsize=8)
        names.append(f"{number:2} {name}")
    axes.text(SIZE[1] + 5, SIZE[0], "\n".join(names), fontsize=8, family="monospace", va="bottom")
    # Axes begin beside the body, 30 cm long.
    begin = torch.tensor([-0.75, -1.15, 0.0])
    for direction, name in ((0, "x: its left"), (1, "y: up")):
        end = begin.clone()
        end[direction] += 0.3
        (x0, y0), (x1, y1) = camera.project(torch.stack([begin, end]))[:, :2].tolist()
        axes.annotate("", (x1, y1), (x0, y0), arrowprops=ARROW)
        axes.annotate(name, (x1, y1), (4, 2), textcoords="offset points", fontsize=9)
    axes.set_title("A body at rest faces z, which comes out of the page", fontsize=10)


def _draw_azimuths(axes: plt.Axes, mesh: Mesh) -> None:
    axes.plot(*mesh.vertices[:, [0, 2]].T.tolist(), ",", color="#888888")
    for name, azimuth in (("front", 0), ("its left", 90), ("behind", 180), ("its right", 270)):
        camera = Camera.orbit(azimuth, 0, 2, SIZE, target=(0.0, 0.0, 0.0))
        x, _, z = (-camera.rotation.T @ camera.translation).tolist()
        axes.annotate("", (0.6 * x, 0.6 * z), (x, z), arrowprops=ARROW)
        axes.text(1.25 * x, 1.25 * z, f"{azimuth}\N{DEGREE SIGN}\n{name}", ha="center", va="center",
                  fontsize=9)  # fmt: skip
    axes.set_xlim(-3, 3)
    axes.set_ylim(2.8, -2.8)  # z towards us
    axes.set_title("Azimuths of cameras, from above", fontsize=10)


def _draw_pixels(axes: plt.Axes) -> None:
    axes.set_xlim(-1.2, 4.6)
    axes.set_ylim(4.2, -1.2)
    for line in range(5):
        axes.plot([line, line], [0, 3], color="#bbbbbb")
        axes.plot([0, 4], [min(line, 3)] * 2, color="#bbbbbb")
    axes.annotate("", (1.6, 0), (0, 0), arrowprops=ARROW)
    axes.annotate("", (0, 1.6), (0, 0), arrowprops=ARROW)
    axes.text(1.7, -0.15, "x, width", fontsize=9)
    axes.text(-0.2, 1.9, "y,\nheight", fontsize=9, ha="right")
    axes.plot(0.5, 0.5, "o", color="#2060a0")
    axes.text(0.7, 0.65, "(0.5, 0.5)", fontsize=9)
    axes.text(2, 3.5, "an image (3, 4); the scene lies\nbehind it: z forward", ha="center",
              va="center", fontsize=9)  # fmt: skip
    axes.set_title("Pixels", fontsize=10)
