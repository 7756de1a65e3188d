"""All representations of a walk on one picture."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from meshgait import modalities as of
from meshgait import render
from meshgait._optional import require
from meshgait.body import JOINT_PARENTS
from meshgait.camera import Camera
from meshgait.mesh import Mesh
from meshgait.modalities.scene import GRID, Scene

SHOWN = 5  # moments of the walk in a panel
_SIDE = 224  # pixels of a drawn picture
_PALETTE = (
    "#ffffff", "#f4c27a", "#4f81bd", "#e0554f", "#7fbf5f", "#f39bb2", "#b5e08c", "#8064a2",
    "#2fa59a", "#c3a6de", "#8fd3cd", "#999999",
)  # fmt: skip
_LEFT, _RIGHT, _MIDDLE = "#d1495b", "#2e6f95", "#444444"

Pictures = list[UInt8[np.ndarray, "H W 3"]]
Painter = Callable[[Scene, Any, list[int]], Pictures]


def draw_sheet(scene: Scene, found: dict[str, Any]) -> bytes:
    """A PNG with a titled panel for each representation in `found`: a few frames, or the one."""
    moments = np.linspace(0, scene.frames - 1, SHOWN + 2).round().astype(int)[1:-1].tolist()
    names = list(found)
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    figure = require("matplotlib.figure").Figure(
        figsize=(4.6 * columns, 2.0 * rows), layout="constrained"
    )
    cells = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    for cell in cells:
        cell.axis("off")
    for cell, name in zip(cells, names, strict=False):
        cell.set_title(name, fontsize=11, loc="left")
        if name == "gait_cycle":
            _plot_cycle(cell, scene, found[name])
        else:
            pictures = _PAINTERS[name](scene, found[name], moments)
            cell.imshow(np.concatenate([_middle(p) for p in pictures], axis=1))
            cell.set_anchor("W")
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=110)
    return content.getvalue()


def _middle(picture: UInt8[np.ndarray, "H W 3"]) -> UInt8[np.ndarray, "H C 3"]:
    """The columns in which a walker is, half as many as there are rows."""
    margin = (picture.shape[1] - picture.shape[0] // 2) // 2
    return picture if margin < picture.shape[0] // 8 else picture[:, margin:-margin]


def _rgb(color: str) -> tuple[float, float, float]:
    return tuple(int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))  # type: ignore[return-value]


def _enlarge(image: np.ndarray) -> np.ndarray:
    """Whole copies of pixels up to about the size of a drawn picture."""
    times = max(1, round(_SIDE / image.shape[0]))
    return image.repeat(times, axis=0).repeat(times, axis=1)


def _grey(image: Tensor) -> np.ndarray:
    levels = (image.clamp(0, 1) * 255).round().to(torch.uint8).numpy(force=True)
    return _enlarge(np.stack([levels] * 3, axis=-1))


def _colored(image: Float[Tensor, "H W 3"]) -> np.ndarray:
    return _enlarge((image.clamp(0, 1) * 255).round().to(torch.uint8).numpy(force=True))


def _bytes(scene: Scene, value: UInt8[Tensor, "T 3 H W"], frame: int) -> np.ndarray:
    return _enlarge(value[frame].movedim(0, -1).numpy(force=True))


def _at(camera: Camera, frame: int, size: int = _SIDE) -> Camera:
    """The camera of one frame, with more pixels."""
    one = Camera(
        camera.rotation[frame], camera.translation[frame], camera.focal, camera.center, camera.size
    )
    return one.resize((size, round(size * camera.size[1] / camera.size[0])))


def _shaded(mesh: Mesh, camera: Camera, **options: Any) -> np.ndarray:
    return render.shade(mesh.vertices, mesh.faces, camera, **options).numpy(force=True)


def _each(paint: Callable[[Scene, Any, int], np.ndarray]) -> Painter:
    """A painter of one frame for every moment."""
    return lambda scene, value, moments: [paint(scene, value, frame) for frame in moments]


def _mesh(scene: Scene, value: Tensor, frame: int) -> np.ndarray:
    return _shaded(scene.mesh[frame], _at(scene.camera, frame))


def _cylinders(scene: Scene, value: of.Cylinders, frame: int) -> np.ndarray:
    capsules = of.Cylinders(*(field[frame] for field in value))
    colors = [_LEFT if side > 0 else _RIGHT if side < 0 else _MIDDLE for side in _sides(24)]
    mesh = of.cylinder_mesh(capsules, segments=16)
    paint = mesh.vertices.new_tensor([_rgb(color) for color in colors])
    return _shaded(
        mesh, _at(scene.camera, frame),
        color=(0.3 + 0.7 * paint).repeat_interleave(len(mesh.vertices) // 24, dim=0),
    )  # fmt: skip


def _sides(count: int) -> list[int]:
    """1 for joints of the left, -1 for those of the right, 0 for the middle."""
    names = of.SMPL24.names[:count]
    return [name.startswith("left") - name.startswith("right") for name in names]


def _volume(scene: Scene, value: Bool[Tensor, "T X Y Z"], frame: int) -> np.ndarray:
    mesh = box_mesh(value[frame], GRID)
    camera = Camera.orbit(65.0, 8.0, 6.0, (_SIDE, _SIDE), fov_deg=20.5)
    return _shaded(mesh, camera, color=(0.55, 0.75, 0.6))


def box_mesh(volume: Bool[Tensor, "X Y Z"], grid: of.Grid) -> Mesh:
    """The outer sides of all cubes inside, as squares of two triangles."""
    inside = torch.nn.functional.pad(volume.cpu(), (1, 1, 1, 1, 1, 1))
    corner = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 3)
    points = []
    for axis in range(3):
        for end in (0, 1):
            open_ = inside & ~inside.roll(1 - 2 * end, axis)
            cube = (open_.nonzero() - 1).float()
            square = corner[corner[:, axis] == end][[0, 1, 3, 2] if end else [0, 2, 3, 1]]
            if axis == 1:
                square = square.flip(0)
            points.append(cube[:, None] + square)
    quads = torch.cat(points) * grid.cell + torch.tensor(grid.origin)
    first = 4 * torch.arange(len(quads))[:, None]
    faces = torch.cat([first + torch.tensor([0, 2, 1]), first + torch.tensor([0, 3, 2])])
    return Mesh(quads.reshape(-1, 3), None, faces)


def _cloud(points: Float[Tensor, "N 3"], camera: Camera) -> np.ndarray:
    """Dots, the nearer the darker."""
    image = np.full((*camera.size, 3), 255, np.uint8)
    place = camera.project(points).numpy(force=True).astype(int)
    depth = camera.to_camera(points)[:, 2].numpy(force=True)
    order = np.argsort(-depth)
    near = (depth - depth.min()) / max(float(np.ptp(depth)), 1e-6)
    colors = require("matplotlib").colormaps["viridis"](near * 0.85)[:, :3] * 255
    for (x, y), color in zip(place[order], colors[order].astype(np.uint8), strict=True):
        if 0 <= y < image.shape[0] - 1 and 0 <= x < image.shape[1] - 1:
            image[y : y + 2, x : x + 2] = color
    return image


def _points(scene: Scene, value: of.PointCloud, frame: int) -> np.ndarray:
    return _cloud(value.points[frame], _at(scene.camera, frame))


def _lidar(scene: Scene, value: of.LidarScan, frame: int) -> np.ndarray:
    root = scene.mesh.require_joints()[frame, 0]
    return _cloud(value.points[frame][value.hit[frame]] + root, _at(scene.camera, frame))


def _skeleton(place: np.ndarray, edges: Any, colors: list[str], sure: np.ndarray) -> np.ndarray:
    """Limbs as lines; what is not seen is pale."""
    image_module, draw_module = require("PIL.Image"), require("PIL.ImageDraw")
    image = image_module.new("RGB", (2 * _SIDE, 2 * _SIDE), "white")
    pen = draw_module.Draw(image)
    for a, b in edges:
        shade = 1.0 if min(sure[a], sure[b]) > 0.5 else 0.35
        red, green, blue = (round(255 * (1 - shade * (1 - c))) for c in _rgb(colors[b]))
        pen.line([*(2 * place[a]), *(2 * place[b])], fill=(red, green, blue), width=7)
    for (x, y), color in zip(2 * place, colors, strict=True):
        pen.ellipse([x - 7, y - 7, x + 7, y + 7], fill=color)
    return np.asarray(image.resize((_SIDE, _SIDE), image_module.Resampling.LANCZOS))


def _name_colors(names: tuple[str, ...]) -> list[str]:
    colors = {"left": _LEFT, "right": _RIGHT}
    return [colors.get(name.split("_", maxsplit=1)[0], _MIDDLE) for name in names]


def _skeleton2d(scene: Scene, value: Tensor, frame: int) -> np.ndarray:
    place, sure = value[frame, :, :2].numpy(force=True), value[frame, :, 2].numpy(force=True)
    scale = _SIDE / scene.camera.size[0]
    return _skeleton(place * scale, of.COCO17.edges, _name_colors(of.COCO17.names), sure)


def _skeleton3d(scene: Scene, value: Tensor, frame: int) -> np.ndarray:
    """From above and the side, as a camera elsewhere would see it."""
    facing = float(of.heading(value).mean().rad2deg())
    camera = Camera.orbit(facing + 30.0, 25.0, 6.0, (_SIDE, _SIDE), fov_deg=20.5)
    place = camera.project(value[frame]).numpy(force=True)
    edges = [(parent, child) for child, parent in enumerate(JOINT_PARENTS) if parent >= 0]
    return _skeleton(place, edges, _name_colors(of.SMPL24.names), np.ones(24))


def _events(scene: Scene, value: of.Events, moments: list[int]) -> Pictures:
    """What happened in the 40 ms after each moment: brighter red, darker blue."""
    seconds = (scene.frames - 1) / scene.fps
    bins = max(1, round(seconds / 0.04))
    counts = of.event_frames(value, scene.camera.size, bins=bins, seconds=seconds)[0]
    pictures = []
    for frame in moments:
        up, down = counts[min(int(frame / scene.fps / 0.04), bins - 1)].clamp(max=2) / 2
        red, blue = torch.tensor(_rgb(_LEFT)), torch.tensor(_rgb(_RIGHT))
        paper = torch.ones(*up.shape, 3)
        paper = paper + up[..., None] * (red - 1) + down[..., None] * (blue - 1)
        pictures.append(_colored(paper))
    return pictures


def _heatmap(scene: Scene, value: Tensor, frame: int) -> np.ndarray:
    limbs, joints = value[frame]
    return _colored(torch.stack([limbs, joints, 0 * limbs], dim=-1))


def _depth(scene: Scene, value: Tensor, frame: int) -> np.ndarray:
    far = value[frame]
    seen = far > 0
    low, high = far[seen].amin(), far[seen].amax()
    colors = require("matplotlib").colormaps["magma"](((high - far) / (high - low)).numpy())
    image = np.where(seen.numpy()[..., None], colors[..., :3], 1.0)
    return _enlarge((image * 255).astype(np.uint8))


def _normals(scene: Scene, value: Tensor, frame: int) -> np.ndarray:
    facing = value[frame] * value.new_tensor([1.0, -1.0, -1.0])
    seen = (facing != 0).any(-1, keepdim=True)
    return _colored(torch.where(seen, (facing + 1) / 2, 1.0))


def _parts(scene: Scene, value: Tensor, frame: int) -> np.ndarray:
    table = torch.tensor([_rgb(color) for color in _PALETTE])
    return _colored(table[value[frame].cpu()])


def _flow(scene: Scene, value: UInt8[Tensor, "T 3 H W"], frame: int) -> np.ndarray:
    """As bright as the fastest of the walk allows."""
    bright = 255 // max(1, int(value.max()))
    return _bytes(scene, value * bright, frame)


def _plot_cycle(cell: Any, scene: Scene, value: of.GaitCycle) -> None:
    """Height of both feet over time, with the moments they land and leave."""
    cell.axis("on")
    time = np.arange(scene.frames) / scene.fps
    heights = scene.mesh.require_joints()[:, [10, 11], 1].numpy(force=True)
    for side, color in enumerate((_LEFT, _RIGHT)):
        cell.plot(time, heights[:, side], color=color)
        for moments, style in ((value.heel_strike[side], "-"), (value.toe_off[side], ":")):
            for moment in moments[~moments.isnan()].tolist():
                cell.axvline(moment, color=color, linestyle=style, linewidth=1)
    cell.set(yticks=[], xlim=(0, time[-1]))
    cell.tick_params(labelsize=7)
    cell.set_title(
        f"{float(value.cadence):.0f} steps/min, {float(value.step_length.nanmean()):.2f} m steps, "
        f"{float(value.speed):.2f} m/s", fontsize=8, loc="right",
    )  # fmt: skip


_PAINTERS: dict[str, Painter] = {
    "mesh": _each(_mesh),
    "silhouette": _each(lambda scene, value, frame: _grey(value[frame])),
    "front_silhouette": _each(lambda scene, value, frame: _grey(value[frame])),
    "gei": lambda scene, value, moments: [_grey(value)],
    "cgi": lambda scene, value, moments: [_colored((value / value.max()).movedim(0, -1))],
    "skeleton2d": _each(_skeleton2d),
    "skeleton3d": _each(_skeleton3d),
    "pose_heatmap": _each(_heatmap),
    "events": _events,
    "cylinders": _each(_cylinders),
    "voxels": _each(_volume),
    "visual_hull": _each(_volume),
    "points": _each(_points),
    "lidar": _each(_lidar),
    "depth_image": _each(_bytes),
    "depth": _each(_depth),
    "normals": _each(_normals),
    "flow": _each(_flow),
    "parts": _each(_parts),
}
