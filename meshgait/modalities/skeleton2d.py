"""Keypoints on the image, with how well they are seen."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from meshgait.camera import Camera, WeakPerspective
from meshgait.mesh import Mesh
from meshgait.modalities.joint_set import COCO17, JointSet
from meshgait.modalities.skeleton3d import skeleton3d
from meshgait.numerics import in_full_precision
from meshgait.render import rasterize_seen_by, screen

_DEPTH_SIZE = 96  # pixels of the depth image that decides what is seen
_SLACK = 0.03  # metres; half an arm


@in_full_precision
def skeleton2d(
    mesh: Mesh,
    camera: Camera | WeakPerspective,
    joint_set: JointSet = COCO17,
    *,
    landmarks: Int[Tensor, "21"] | None = None,
) -> Float[Tensor, "*batch K 3"]:
    """Keypoints as x and y in pixels and a confidence: 1 where seen, 0 where hidden or outside.

    A keypoint inside the body is seen when what the camera sees in its place is the skin around
    it: no farther before it than twice the way to the nearest skin and 3 cm. Places have gradients,
    confidences none. Raises the errors of `skeleton3d` and of `Camera.project`.
    """
    points = skeleton3d(mesh, joint_set, landmarks=landmarks)
    seen = _is_seen(mesh, camera, points.detach())
    return torch.cat([camera.project(points), seen[..., None].to(points)], dim=-1)


@torch.no_grad()
def _is_seen(
    mesh: Mesh, camera: Camera | WeakPerspective, points: Float[Tensor, "*batch K 3"]
) -> Bool[Tensor, "*batch K"]:
    scale = max(1.0, _DEPTH_SIZE / max(camera.size))
    height, width = (round(side * scale) for side in camera.size)
    fine = camera.resize((height, width))
    mesh = mesh.used()
    face, _, depth = rasterize_seen_by(fine, mesh.vertices, mesh.faces)
    place = screen(points, fine)
    column, row = place[..., 0].floor().long(), place[..., 1].floor().long()
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    pixel = row.clamp(0, height - 1) * width + column.clamp(0, width - 1)
    skin = depth.masked_fill(face < 0, torch.inf)  # nothing there hides nothing
    skin = skin.flatten(-2).gather(-1, pixel)
    way = torch.cdist(points, mesh.vertices.expand(*points.shape[:-2], -1, 3)).amin(-1)
    return inside & (place[..., 2] - skin <= 2 * way + _SLACK)
