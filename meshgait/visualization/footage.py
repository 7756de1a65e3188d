"""Bodies drawn over the pictures of the video that they were found in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from jaxtyping import UInt8

from meshgait import render
from meshgait.body import Body
from meshgait.camera import Camera
from meshgait.errors import ConfigError, DataError
from meshgait.files.storage import written_whole
from meshgait.io import Seen
from meshgait.visualization.document import Film, compose_page, made_by
from meshgait.visualization.mp4 import write_video

_TINTS = ((0.62, 0.70, 0.82), (0.90, 0.62, 0.45), (0.55, 0.78, 0.58), (0.75, 0.62, 0.85),
          (0.88, 0.80, 0.45))  # fmt: skip
_MARGIN = 2  # pixels around a body

Picture = UInt8[np.ndarray, "H W 3"]


def lay_over(
    pictures: Iterable[tuple[int, Picture]], people: Mapping[int | str, Seen], body: Body,
    *, opacity: float = 0.75,
) -> Iterator[Picture]:  # fmt: skip
    """Each numbered picture with the bodies of the rows that have its number, the far ones first.

    Raises `DataError` for pictures of a size that a camera did not see, and at the end where no
    number was that of a row.
    """
    seen = list(people.values())
    rows = [{int(number): k for k, number in enumerate(one.track.frames)} for one in seen]
    drawn, last = 0, 0
    for number, picture in pictures:
        here = [(who, rows[who][number]) for who in range(len(seen)) if number in rows[who]]
        drawn, last = drawn + bool(here), number
        yield _draw(picture, [(seen[who], row, who) for who, row in here], body, opacity)
    if not drawn:
        numbers = [number for some in rows for number in some]
        raise DataError(
            f"the bodies are of the frames {min(numbers)} to {max(numbers)}, and the video ends "
            f"with frame {last}: they do not belong together"
        )


def write_footage(
    path: str | Path, pictures: Iterable[Picture], *, fps: float, title: str, command: str = ""
) -> None:
    """Write pictures as .mp4, or as a page with it inside (.html); `ConfigError` for others."""
    path = Path(path)
    if path.suffix.lower() == ".mp4":
        return write_video(path, pictures, fps=fps)
    if path.suffix.lower() != ".html":
        raise ConfigError(f"{path} must end in .mp4 or .html")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "overlay.mp4"
        write_video(file, pictures, fps=fps)
        film = Film(
            "Bodies where they do not lie on the people were estimated wrongly, or belong "
            "to another video.",
            file.read_bytes(),
            f"Bodies drawn over a video: {title}",
        )
    lead = "What was estimated, drawn by its own camera over the pictures that it was found in."
    page = compose_page(title=title, lead=lead, parts=[film], foot=made_by(command))
    with written_whole(path) as part:
        part.write_text(page, encoding="utf-8")
    return None


@torch.no_grad()
def _draw(
    picture: Picture, here: list[tuple[Seen, int, int]], body: Body, opacity: float
) -> Picture:
    size = (picture.shape[0], picture.shape[1])
    drawn, found = picture.copy(), []
    for one, row, who in here:
        camera, mesh = one.camera(row, size), one.decode(row, body)
        vertices = mesh.vertices[0]
        depth = (
            float(camera.to_camera(vertices)[:, 2].mean())
            if isinstance(camera, Camera)
            else 1 / float(camera.scale[..., 0])
        )
        found.append((depth, who, camera, vertices, mesh.faces))
    for _, who, camera, vertices, faces in sorted(found, key=lambda each: -each[0]):
        box = _box(camera.project(vertices).numpy(), size)
        if box is None:
            continue
        x, y, right, bottom = box
        part = torch.from_numpy(drawn[y:bottom, x:right].copy())
        near = camera.crop((float(x), float(y)), (bottom - y, right - x))
        tint = _TINTS[who % len(_TINTS)]
        laid = render.overlay(part, vertices, faces, near, color=tint, opacity=opacity)
        drawn[y:bottom, x:right] = laid.numpy()
    return drawn


def _box(pixels: np.ndarray, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """The part of the picture that a body lies in, if any."""
    limit = np.array([size[1], size[0]])
    low = np.clip(np.floor(pixels.min(0)) - _MARGIN, 0, limit).astype(int)
    high = np.clip(np.ceil(pixels.max(0)) + _MARGIN, 0, limit).astype(int)
    if (high <= low).any():
        return None
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])
