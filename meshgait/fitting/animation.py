"""A video of a fit: silhouettes, and the body on them before and after."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.nn.functional import interpolate, pad

from meshgait.body import Body
from meshgait.errors import ShapeError
from meshgait.files.storage import written_whole
from meshgait.fitting.result import Fit
from meshgait.fitting.targets import bounding_boxes, read_silhouettes
from meshgait.render import compare, coverage, overlay
from meshgait.visualization.gif import encode_gif

_MARGIN = 0.1  # around the people, by the longer side of what they span


def render_fit(
    silhouette: np.ndarray | Tensor, fit: Fit, body: Body, *, height: int = 288
) -> UInt8[Tensor, "T h w 3"]:
    """Pictures of a sequence (T, H, W): the silhouette, the start on it, the fit on it, the body.

    Grey is where both are, blue the body alone, red the silhouette alone; all are seen by the
    camera of the fit. `height` is in pixels.
    """
    image = read_silhouettes(silhouette)
    if image.shape[:-2] != fit.motion.pose.shape[:-1] or image.ndim != 3:
        raise ShapeError(
            f"one sequence at a time: silhouettes are {tuple(image.shape)}, the fitted poses "
            f"{fit.motion.pose.shape}"
        )
    corner, side = _box(image)
    cut = _cut(image, corner, side)
    size = (height, max(1, round(height * side[0] / side[1])))
    cut = interpolate(cut[:, None], size)[:, 0]
    camera = fit.camera.crop(corner, (side[1], side[0])).resize(size)
    panels = [_grey(cut)]
    for mesh in (fit.start.decode(body), fit.decode(body)):
        panels.append(compare(coverage(camera.project(mesh.vertices), mesh.faces, size), cut))
    paper = 1 - 0.35 * cut
    panels.append(overlay(paper, mesh.vertices, mesh.faces, camera, opacity=1.0))
    line = torch.full_like(panels[0][:, :, :2], 120)
    parts = [part for panel in panels for part in (panel, line)]
    return torch.cat(parts[:-1], dim=2)


def write_gif(path: str | Path, pictures: UInt8[Tensor, "T H W 3"], *, fps: float = 12.5) -> None:
    """Write an endless animation."""
    with written_whole(path) as part:
        part.write_bytes(encode_gif(pictures.numpy(), fps=fps))


def _grey(image: Float[Tensor, "T H W"]) -> UInt8[Tensor, "T H W 3"]:
    return (image[..., None].expand(*image.shape, 3) * 255).to(torch.uint8)


def _box(image: Float[Tensor, "T H W"]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Corner and sides, x first, of what shows all the people of all the frames."""
    low, high = bounding_boxes(image)
    low, high = low.amin(0), high.amax(0)
    margin = int(_MARGIN * int((high - low).max())) + 1
    (left, top), (width, height) = (low - margin).tolist(), (high - low + 2 * margin).tolist()
    return (left, top), (width, height)


def _cut(
    image: Float[Tensor, "T H W"], corner: tuple[int, int], side: tuple[int, int]
) -> Float[Tensor, "T h w"]:
    """A part of the images, black where it reaches beyond them."""
    (left, top), (width, height) = corner, side
    right, bottom = left + width - image.shape[2], top + height - image.shape[1]
    return pad(image, (-left, right, -top, bottom))
