"""A walk as a file to watch, drawn by our own renderer: PNG, GIF, MP4, or a page that plays it."""

from __future__ import annotations

import base64
import io
import json
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from jaxtyping import UInt8

from meshgait import render
from meshgait._optional import require
from meshgait.body import JOINT_PARENTS
from meshgait.camera import Camera
from meshgait.errors import ConfigError
from meshgait.files.storage import written_whole
from meshgait.modalities import heading
from meshgait.modalities.scene import Scene
from meshgait.visualization.gif import encode_gif
from meshgait.visualization.mp4 import write_video

PIXELS = 240  # per side
VIEWS = 6  # around the walker, on the page
_STRIP = 6  # frames of a PNG
_COLORS = 48  # of a picture on the page

Video = UInt8[np.ndarray, "T H W 3"]


def write_player(scene: Scene, path: str | Path, *, pixels: int = PIXELS) -> None:
    """Write `path`, of the kind that its ending names: .png, .gif, .mp4 or .html.

    Raises `ConfigError` for another ending, `DependencyError` where a kind needs what is missing.
    """
    path = Path(path)
    kinds: dict[str, Callable[[Scene, int], bytes]] = {
        ".png": _png, ".gif": _gif, ".mp4": _mp4, ".html": _html
    }  # fmt: skip
    if path.suffix.lower() not in kinds:
        raise ConfigError(f"{path} must end in one of {', '.join(kinds)}")
    if pixels < 16:
        raise ConfigError(f"a picture needs 16 pixels or more per side, got {pixels}")
    content = kinds[path.suffix.lower()](scene, pixels)
    with written_whole(path) as part:
        part.write_bytes(content)


def render_frames(scene: Scene, camera: Camera, frames: slice = slice(None)) -> Video:
    """Shaded pictures of the frames asked for."""
    mesh, pictures = scene.mesh, []
    for part in torch.arange(scene.frames)[frames].split(16):  # many at once need much memory
        some = Camera(
            camera.rotation[part], camera.translation[part], camera.focal, camera.center,
            camera.size,
        )  # fmt: skip
        pictures.append(render.shade(mesh.vertices[part], mesh.faces, some).numpy(force=True))
    return np.concatenate(pictures)


def _image(array: np.ndarray) -> object:
    return require("PIL.Image").fromarray(array)


def _png(scene: Scene, pixels: int) -> bytes:
    """Some moments side by side."""
    chosen = np.linspace(0, scene.frames - 1, _STRIP).round().astype(int)
    step = max(1, int(chosen[1] - chosen[0]))
    strip = render_frames(scene, scene.camera.resize((pixels, pixels)), slice(0, None, step))[
        :_STRIP
    ]
    content = io.BytesIO()
    _image(np.concatenate(list(strip), axis=1)).save(content, format="PNG")  # type: ignore[attr-defined]
    return content.getvalue()


def _gif(scene: Scene, pixels: int) -> bytes:
    return encode_gif(render_frames(scene, scene.camera.resize((pixels, pixels))), fps=scene.fps)


def _mp4(scene: Scene, pixels: int) -> bytes:
    side = pixels + pixels % 2  # the codec halves the image
    pictures = render_frames(scene, scene.camera.resize((side, side)))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "walk.mp4"
        write_video(file, pictures, fps=scene.fps)
        return file.read_bytes()


def _html(scene: Scene, pixels: int) -> bytes:
    """A page without a network: pictures from `VIEWS` sides, and the skeleton as numbers."""
    views = []
    for index in range(VIEWS):
        camera = _around(scene, 360.0 * index / VIEWS, pixels)
        place = camera.project(scene.mesh.require_joints()).numpy(force=True)
        views.append(
            {
                "pictures": [_data_url(picture) for picture in render_frames(scene, camera)],
                "joints": place.round(1).tolist(),
            }
        )
    walk = {
        "pixels": pixels, "fps": scene.fps, "views": views,
        "bones": [[parent, joint] for joint, parent in enumerate(JOINT_PARENTS) if parent >= 0],
    }  # fmt: skip
    page = files("meshgait.visualization").joinpath("player.html").read_text(encoding="utf-8")
    return page.replace("/*WALK*/", json.dumps(walk, separators=(",", ":"))).encode()


def _around(scene: Scene, azimuth_deg: float, pixels: int) -> Camera:
    """A camera that goes with the walker on one of its sides, from a little above."""
    joints = scene.mesh.require_joints()
    facing = float(heading(joints.mean(0)).rad2deg())
    same = torch.ones(len(joints))
    return Camera.orbit(
        (facing + azimuth_deg) * same, 10 * same, 6 * same, (pixels, pixels),
        target=joints[:, 0] - joints.new_tensor([0.0, 0.05, 0.0]), fov_deg=20.5,
    )  # fmt: skip


def _data_url(picture: UInt8[np.ndarray, "H W 3"]) -> str:
    content = io.BytesIO()
    small = _image(picture).quantize(_COLORS)  # type: ignore[attr-defined]
    small.save(content, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()
