"""A walk as a file to watch, drawn by our own renderer: PNG, GIF or MP4."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from jaxtyping import UInt8

from meshgait import render
from meshgait._optional import require
from meshgait.camera import Camera
from meshgait.errors import ConfigError
from meshgait.files.storage import written_whole
from meshgait.modalities.scene import Scene
from meshgait.visualization.gif import encode_gif
from meshgait.visualization.mp4 import write_video

PIXELS = 240  # per side
_STRIP = 6  # frames of a PNG

Video = UInt8[np.ndarray, "T H W 3"]


def write_player(scene: Scene, path: str | Path, *, pixels: int = PIXELS) -> None:
    """Write `path`, of the kind that its ending names: .png, .gif or .mp4.

    Raises `ConfigError` for another ending, `DependencyError` where a kind needs what is missing.
    """
    path = Path(path)
    kinds: dict[str, Callable[[Scene, int], bytes]] = {
        ".png": _png, ".gif": _gif, ".mp4": _mp4
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
